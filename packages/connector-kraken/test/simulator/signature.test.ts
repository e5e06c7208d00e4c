import { expect, test } from "vitest";
import { startKrakenSimulator } from "../../src/simulator/index.ts";
import { verifySignature } from "../../src/simulator/verify-signature.ts";
import { errorsOf, idsOf, post, signature, trade } from "./simulator-client.ts";

// Vendor's docs: the sample of docs.kraken.com/api/docs/guides/spot-rest-auth. It never was a real account's secret.
const published = {
  path: "/0/private/AddOrder",
  nonce: "1616492376594",
  body: "nonce=1616492376594&ordertype=limit&pair=XBTUSD&price=37500&type=buy&volume=1.25",
  apiSecret: "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==",
  signature: "4/dpxb3iT4tp/ZCVEwSnEsLxx0bqyhLpdfOpc6fn7OR8+UClSV5n9E6aSS8MPtnRfp32bAb0nmbRn6H8ndwLUQ==",
};

// Vendor's docs: signer.rs of github.com/krakenfx/kraken-api-sdk.
const publishedBySdk = {
  path: "/0/private/Balance",
  nonce: "1700000000000000000",
  body: "nonce=1700000000000000000",
  apiSecret: Buffer.alloc(32, 1).toString("base64"),
  signature: "6i7+cpXVLDDnDOekgsRcgFQhkYFyPDSSxhSVA8OrA6vjziXcy2K1DP3n7f9B/Kgni71WjBSQusZKxduRsdF20Q==",
};

test.each([published, publishedBySdk])("simulator: the published signature of $path is accepted", (vector) => {
  expect(verifySignature({ ...vector, body: Buffer.from(vector.body) })).toBe(true);
});

test.each([
  ["path", { path: "/0/private/addOrder" }],
  ["nonce", { nonce: "1616492376595" }],
  ["body", { body: `${published.body}0` }],
  ["secret", { apiSecret: publishedBySdk.apiSecret }],
  ["signature", { signature: published.signature.toLowerCase() }],
  ["signature's length", { signature: "" }],
])("simulator: a signature does not survive a change of the %s", (_, change) => {
  const call = { ...published, ...change };
  expect(verifySignature({ ...call, body: Buffer.from(call.body) })).toBe(false);
});

test("simulator: both spellings of a space are good when they are signed as they are sent", async () => {
  await using simulator = await startKrakenSimulator();
  const plus = { nonce: "1", body: "nonce=1&type=any+position" };
  const percent = { nonce: "2", body: "nonce=2&type=any%20position" };
  expect(await errorsOf(simulator, "TradesHistory", {}, plus)).toEqual([]);
  expect(await errorsOf(simulator, "TradesHistory", {}, percent)).toEqual([]);
});

test("simulator: a body that was encoded anew after signing is refused", async () => {
  await using simulator = await startKrakenSimulator();
  const [signed, sent] = ["nonce=1&type=any+position", "nonce=1&type=any%20position"];
  const secret = simulator.key.apiSecret;
  const sign = signature({ path: "/0/private/TradesHistory", nonce: "1", body: signed, secret });
  expect(await errorsOf(simulator, "TradesHistory", {}, { nonce: "1", body: sent, sign })).toEqual([
    "EAPI:Invalid signature",
  ]);
});

test("simulator: a wrong signature is refused with HTTP 200", async () => {
  await using simulator = await startKrakenSimulator();
  const response = await post(simulator, "TradesHistory", {}, { sign: published.signature });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('{"error":["EAPI:Invalid signature"]}');
});

test("simulator: an unknown key is refused before its signature is looked at", async () => {
  await using simulator = await startKrakenSimulator();
  const key = { ...simulator.key, apiKey: "unknown" };
  expect(await errorsOf(simulator, "TradesHistory", {}, { key, sign: "" })).toEqual(["EAPI:Invalid key"]);
});

test("simulator: a header is missing, the key is unknown", async () => {
  await using simulator = await startKrakenSimulator();
  const response = await fetch(`${simulator.url}/0/private/TradesHistory`, { method: "POST", body: "nonce=1" });
  expect(await response.json()).toEqual({ error: ["EAPI:Invalid key"] });
});

test("simulator: a private method takes POST only", async () => {
  await using simulator = await startKrakenSimulator();
  const response = await fetch(`${simulator.url}/0/private/TradesHistory?nonce=1`);
  expect(await response.json()).toEqual({ error: ["EGeneral:Unknown method"] });
});

test("simulator: keys and secrets differ from start to start", async () => {
  await using first = await startKrakenSimulator();
  await using second = await startKrakenSimulator();
  expect(first.key.apiKey).not.toBe(second.key.apiKey);
  expect(first.key.apiSecret).not.toBe(second.key.apiSecret);
});

test("simulator: a key that is given is used", async () => {
  const { apiSecret } = publishedBySdk;
  await using simulator = await startKrakenSimulator({ keys: [{ apiKey: "given", apiSecret }], trades: [trade("TA")] });
  expect(simulator.key).toMatchObject({ apiKey: "given", apiSecret });
  expect(await idsOf(simulator)).toEqual(["TA"]);
});
