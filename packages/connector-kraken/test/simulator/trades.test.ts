import { expect, test } from "vitest";
import { startKrakenSimulator } from "../../src/simulator/index.ts";
import { errorsOf, idsOf, post, resultOf, trade } from "./simulator-client.ts";

// The sums of the averaged row TQ7WSQ-U3R7T-ZUMFIY in Kraken's published example; the parts are made.
const swept = [
  trade("TFIRST", { taker: "sweep", time: "10.1", price: "30012.00000", vol: "0.50000000", cost: "15006.00000" }),
  trade("TSECOND", { taker: "sweep", time: "10.2", price: "30014.38976", vol: "0.75000000", cost: "22510.79233" }),
].map((row, index) => ({ ...row, fee: index === 0 ? "15.00600" : "22.51006" }));

test("simulator: taker trades of one match are one row by default", async () => {
  await using simulator = await startKrakenSimulator({ trades: [...swept, trade("TMAKER", { time: "10.15" })] });
  const { trades, count } = await resultOf(simulator, "TradesHistory");
  expect(Object.keys(trades)).toEqual(["TMAKER", "TFIRST"]);
  expect(count).toBe(2);
  expect(trades.TFIRST).toMatchObject({
    time: 10.1,
    price: "30013.43386",
    vol: "1.25000000",
    cost: "37516.79233",
    fee: "37.51606",
    margin: "0.00000",
  });
  expect(trades.TFIRST).not.toHaveProperty("taker");
});

test("simulator: consolidate_taker=false shows taker trades apart", async () => {
  await using simulator = await startKrakenSimulator({ trades: swept });
  expect(await idsOf(simulator, { consolidate_taker: "false" })).toEqual(["TSECOND", "TFIRST"]);
  expect(await idsOf(simulator, { consolidate_taker: "true" })).toEqual(["TFIRST"]);
});

test("simulator: QueryTrades shows a consolidated row under its id, and a part of it under the part's", async () => {
  await using simulator = await startKrakenSimulator({ trades: swept });
  const rows = await resultOf<Record<string, unknown>>(simulator, "QueryTrades", { txid: "TFIRST,TSECOND" });
  expect(rows).toMatchObject({ TFIRST: { vol: "1.25000000" }, TSECOND: { vol: "0.75000000" } });
});

test("simulator: trades come, change and go while it runs", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  simulator.addTrades(trade("TB", { time: "1800000000" }), trade("TC", { time: "1600000000" }));
  expect(await idsOf(simulator)).toEqual(["TB", "TA", "TC"]);
  simulator.changeTrade("TA", { price: "2.00000", time: "1500000000.25" });
  simulator.removeTrade("TB");
  const { trades } = await resultOf(simulator, "TradesHistory");
  expect(Object.keys(trades)).toEqual(["TC", "TA"]);
  expect(trades.TA).toMatchObject({ price: "2.00000", time: 1500000000.25 });
});

test("simulator: a second trade of one id, an unknown id and a bad time are mistakes of the test", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  expect(() => simulator.addTrades(trade("TA"))).toThrow("already has a trade TA");
  expect(() => simulator.changeTrade("TX", {})).toThrow("no trade TX");
  expect(() => simulator.removeTrade("TX")).toThrow("no trade TX");
  expect(() => simulator.addTrades(trade("TB", { time: "2026-01-01" }))).toThrow("not Unix seconds: 2026-01-01");
});

test("simulator: QueryTrades answers single rows without a wrapper", async () => {
  const opening = trade("TB", { posstatus: "closed", cprice: "10058.00000", net: "+154186.9728", trades: ["TA"] });
  await using simulator = await startKrakenSimulator({ trades: [trade("TA"), opening, trade("TC")] });
  const rows = await resultOf<Record<string, unknown>>(simulator, "QueryTrades", { txid: "TB,TA", trades: "true" });
  expect(Object.keys(rows)).toEqual(["TB", "TA"]);
  expect(rows.TB).toMatchObject({ cprice: "10058.00000", net: "+154186.9728", trades: ["TA"] });
});

test("simulator: QueryTrades takes one to twenty ids it knows", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  const invalid = ["EGeneral:Invalid arguments:txid"];
  expect(await errorsOf(simulator, "QueryTrades")).toEqual(invalid);
  expect(await errorsOf(simulator, "QueryTrades", { txid: Array(21).fill("TA").join(",") })).toEqual(invalid);
  expect(await errorsOf(simulator, "QueryTrades", { txid: Array(20).fill("TA").join(",") })).toEqual([]);
  expect(await errorsOf(simulator, "QueryTrades", { txid: "TA,TX" })).toEqual(["EOrder:Invalid order"]);
});

test("simulator: GetApiKeyInfo has the fields of Kraken's, numbers as text", async () => {
  const keys = [{ name: "importer", nonceWindow: 15, queryFromSeconds: 1600000000, apiKey: "public" }];
  await using simulator = await startKrakenSimulator({ keys, clock: { now: () => 1774350056_999 } });
  expect(await resultOf(simulator, "GetApiKeyInfo", {}, { nonce: "1900000000000000001" })).toEqual({
    api_key_name: "importer",
    api_key: "public",
    nonce: "1900000000000000001",
    nonce_window: "15",
    permissions: ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"],
    iban: expect.stringMatching(/^AA\d\d N84G [A-Z]{4} [A-Z]{4}$/),
    valid_until: "0",
    query_from: "1600000000",
    query_to: "0",
    created_time: "1522132642",
    modified_time: "1522132642",
    ip_allowlist: [""],
    last_used: "1774350056",
  });
});

test("simulator: the log shows what was asked and answered, and no secret", async () => {
  await using simulator = await startKrakenSimulator({ clock: { now: () => 1234 } });
  await post(simulator, "TradesHistory", { type: "any position" }, { nonce: "42" });
  await post(simulator, "TradesHistory", {}, { nonce: "42" });
  expect(simulator.requests).toEqual([
    {
      method: "POST",
      path: "/0/private/TradesHistory",
      parameters: { nonce: "42", type: "any position" },
      apiKey: simulator.key.apiKey,
      nonce: "42",
      atMs: 1234,
      outcome: "ok",
      status: 200,
    },
    expect.objectContaining({ nonce: "42", outcome: "EAPI:Invalid nonce", status: 200 }),
  ]);
  expect(JSON.stringify(simulator.requests)).not.toContain(simulator.key.apiSecret);
});
