import { expect, test } from "vitest";
import { startKrakenSimulator } from "../../src/simulator/index.ts";
import { errorsOf, resultOf } from "./simulator-client.ts";

const invalidNonce = ["EAPI:Invalid nonce"];

test("simulator: a nonce has to be greater than the last", async () => {
  await using simulator = await startKrakenSimulator();
  const send = (nonce: string) => errorsOf(simulator, "GetApiKeyInfo", {}, { nonce });
  expect(await send("1700000000000000002")).toEqual([]);
  expect(await send("1700000000000000002")).toEqual(invalidNonce);
  // The two are one number to a double.
  expect(await send("1700000000000000001")).toEqual(invalidNonce);
  expect(await send("1700000000000000003")).toEqual([]);
});

test.each(["", "abc", "1.5", "-1", "18446744073709551616"])("simulator: %j is no nonce", async (nonce) => {
  await using simulator = await startKrakenSimulator();
  expect(await errorsOf(simulator, "GetApiKeyInfo", {}, { nonce })).toEqual(invalidNonce);
});

test("simulator: a body without a nonce is refused", async () => {
  await using simulator = await startKrakenSimulator();
  expect(await errorsOf(simulator, "GetApiKeyInfo", {}, { nonce: "", body: "type=all" })).toEqual(invalidNonce);
});

test("simulator: the greatest nonce is 2^64 - 1, and there is none after it", async () => {
  await using simulator = await startKrakenSimulator();
  const nonce = "18446744073709551615";
  expect(await errorsOf(simulator, "GetApiKeyInfo", {}, { nonce })).toEqual([]);
  expect(await errorsOf(simulator, "GetApiKeyInfo", {}, { nonce })).toEqual(invalidNonce);
});

test("simulator: a key that another program used refuses smaller nonces for good", async () => {
  await using simulator = await startKrakenSimulator({ keys: [{ lastNonce: "1900000000000000000" }] });
  const send = (nonce: string) => errorsOf(simulator, "GetApiKeyInfo", {}, { nonce });
  expect(await send("1782000000000000000")).toEqual(invalidNonce);
  expect(await send("1782000000000000001")).toEqual(invalidNonce);
  expect(await send("1900000000000000001")).toEqual([]);
});

test("simulator: a late nonce inside the window is accepted, and the last nonce stays", async () => {
  await using simulator = await startKrakenSimulator({ keys: [{ nonceWindow: 10 }] });
  const send = (nonce: string) => errorsOf(simulator, "GetApiKeyInfo", {}, { nonce });
  expect(await send("100")).toEqual([]);
  expect(await send("91")).toEqual([]);
  expect(await send("90")).toEqual(invalidNonce);
  expect(await resultOf(simulator, "GetApiKeyInfo", {}, { nonce: "95" })).toMatchObject({ nonce: "100" });
});

test("simulator: each key has its own nonces", async () => {
  await using simulator = await startKrakenSimulator({ keys: [{}, {}] });
  for (const key of simulator.keys) {
    expect(await errorsOf(simulator, "GetApiKeyInfo", {}, { key, nonce: "5" })).toEqual([]);
  }
});

test("simulator: a call that fails later has used its nonce", async () => {
  await using simulator = await startKrakenSimulator({ keys: [{ permissions: [] }] });
  const options = { nonce: "5" };
  expect(await errorsOf(simulator, "TradesHistory", {}, options)).toEqual(["EGeneral:Permission denied"]);
  expect(await errorsOf(simulator, "TradesHistory", {}, options)).toEqual(invalidNonce);
});
