import { expect, test } from "vitest";
import { startKrakenSimulator } from "../../src/simulator/index.ts";
import { errorsOf, idsOf, movableClock, post, resultOf, trade } from "./simulator-client.ts";

const limited = ["EAPI:Rate limit exceeded"];

test("simulator: a starter key takes seven history calls, and an eighth after its cost has decayed", async () => {
  const clock = movableClock();
  await using simulator = await startKrakenSimulator({ clock });
  for (let calls = 0; calls < 7; calls += 1) expect(await errorsOf(simulator, "TradesHistory")).toEqual([]);
  expect(simulator.counter()).toBe(14);
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(limited);
  expect(simulator.counter()).toBe(15);
  clock.advance(6060);
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(limited);
  clock.advance(6061);
  expect(await errorsOf(simulator, "TradesHistory")).toEqual([]);
});

test("simulator: the counter decays without steps, down to zero", async () => {
  const clock = movableClock();
  await using simulator = await startKrakenSimulator({ clock });
  await errorsOf(simulator, "TradesHistory");
  clock.advance(1000);
  expect(simulator.counter()).toBe(1.67);
  clock.advance(1);
  expect(simulator.counter()).toBe(1.66967);
  clock.advance(60_000);
  expect(simulator.counter()).toBe(0);
});

test.each([
  ["starter", 15, 0.33],
  ["intermediate", 20, 0.5],
  ["pro", 20, 1],
] as const)("simulator: tier %s stops at %d points and loses %d a second", async (tier, pointsMax, decay) => {
  const clock = movableClock();
  await using simulator = await startKrakenSimulator({ clock, tier });
  for (let calls = 0; calls < pointsMax; calls += 1) expect(await errorsOf(simulator, "GetApiKeyInfo")).toEqual([]);
  expect(await errorsOf(simulator, "GetApiKeyInfo")).toEqual(limited);
  clock.advance(10_000);
  expect(simulator.counter()).toBeCloseTo(pointsMax - 10 * decay, 6);
});

test("simulator: the cost of a history call can be set", async () => {
  await using simulator = await startKrakenSimulator({ clock: movableClock(), historyCost: 4, trades: [trade("TA")] });
  await errorsOf(simulator, "TradesHistory");
  await errorsOf(simulator, "QueryTrades", { txid: "TA" });
  await errorsOf(simulator, "GetApiKeyInfo");
  expect(simulator.counter()).toBe(9);
});

test("simulator: a clock that jumps back forgives nothing", async () => {
  const clock = movableClock();
  await using simulator = await startKrakenSimulator({ clock });
  await errorsOf(simulator, "TradesHistory");
  clock.advance(-3_600_000);
  expect(simulator.counter()).toBe(2);
});

test("simulator: the fifth failed authentication in a row locks the address out for 15 minutes", async () => {
  const clock = movableClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [trade("TA")] });
  for (let failures = 0; failures < 5; failures += 1) {
    expect(await errorsOf(simulator, "TradesHistory", {}, { sign: "wrong" })).toEqual(["EAPI:Invalid signature"]);
  }
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(["EGeneral:Temporary lockout"]);
  clock.advance(15 * 60_000 - 1);
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(["EGeneral:Temporary lockout"]);
  clock.advance(1);
  expect(await idsOf(simulator)).toEqual(["TA"]);
});

test("simulator: a good call ends the row of failures", async () => {
  await using simulator = await startKrakenSimulator({ clock: movableClock() });
  const fail = () => errorsOf(simulator, "TradesHistory", {}, { sign: "wrong" });
  for (let failures = 0; failures < 4; failures += 1) await fail();
  expect(await errorsOf(simulator, "TradesHistory")).toEqual([]);
  for (let failures = 0; failures < 4; failures += 1) await fail();
  expect(await errorsOf(simulator, "TradesHistory")).toEqual([]);
});

test("simulator: a missing permission is refused and not charged", async () => {
  const permissions = ["query-funds"];
  await using simulator = await startKrakenSimulator({ keys: [{ permissions }] });
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(["EGeneral:Permission denied"]);
  expect(simulator.counter()).toBe(0);
  expect(await resultOf(simulator, "GetApiKeyInfo")).toMatchObject({ permissions });
});

test("simulator: a key with a second factor needs its password, which the log does not keep", async () => {
  await using simulator = await startKrakenSimulator({ keys: [{ otp: "246810" }] });
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(["EAPI:Invalid arguments:otp required"]);
  expect(await errorsOf(simulator, "TradesHistory", { otp: "1" })).toEqual(["EAPI:Invalid arguments:otp required"]);
  expect(await errorsOf(simulator, "TradesHistory", { otp: "246810" })).toEqual([]);
  expect(simulator.requests.at(-1)?.parameters).toMatchObject({ otp: "[redacted]" });
});

test("simulator: a key is invalid once it has expired", async () => {
  const clock = movableClock();
  const validUntilSeconds = clock.now() / 1000;
  await using simulator = await startKrakenSimulator({ clock, keys: [{ validUntilSeconds }] });
  expect(await errorsOf(simulator, "TradesHistory")).toEqual([]);
  clock.advance(1);
  expect(await errorsOf(simulator, "TradesHistory")).toEqual(["EAPI:Invalid key"]);
});

test("simulator: in maintenance private calls are unavailable, unchecked and uncharged", async () => {
  await using simulator = await startKrakenSimulator({ clock: movableClock() });
  simulator.setSystemStatus("maintenance");
  const response = await post(simulator, "TradesHistory", {}, { nonce: "7" });
  expect(await response.json()).toEqual({ error: ["EService:Unavailable"] });
  simulator.setSystemStatus("online");
  expect(await errorsOf(simulator, "TradesHistory", {}, { nonce: "7" })).toEqual([]);
  expect(simulator.counter()).toBe(2);
});

test("simulator: a method it does not have is unknown", async () => {
  await using simulator = await startKrakenSimulator();
  for (const method of ["QueryLedgers", "ClosedOrders", "AddOrder"]) {
    expect(await errorsOf(simulator, method)).toEqual(["EGeneral:Unknown method"]);
  }
});
