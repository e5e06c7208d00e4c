import { expect, test } from "vitest";
import { publishedTradesHistory, startKrakenSimulator } from "../../src/simulator/index.ts";
import { errorsOf, idsOf, post, resultOf, trade, tradesAt } from "./simulator-client.ts";

test("simulator: start is exclusive and end inclusive, to the last digit", async () => {
  const times = ["1688667796.8802", "1688667796.88020001", "1688667797", "1688667797.0000001"];
  const trades = times.map((time, index) => trade(`T${index}`, { time }));
  await using simulator = await startKrakenSimulator({ trades, tier: "pro" });
  expect(await idsOf(simulator)).toEqual(["T3", "T2", "T1", "T0"]);
  expect(await idsOf(simulator, { start: "1688667796" })).toEqual(["T3", "T2", "T1", "T0"]);
  expect(await idsOf(simulator, { start: "1688667796.8802" })).toEqual(["T3", "T2", "T1"]);
  expect(await idsOf(simulator, { start: "1688667797" })).toEqual(["T3"]);
  expect(await idsOf(simulator, { end: "1688667797" })).toEqual(["T2", "T1", "T0"]);
  expect(await idsOf(simulator, { end: "1688667796" })).toEqual([]);
  expect(await idsOf(simulator, { start: "1688667796.8802", end: "1688667796.88020001" })).toEqual(["T1"]);
});

test("simulator: a trade id bounds like its exact time", async () => {
  const trades = ["1.1", "1.2", "1.3"].map((time, index) => trade(`T${index}`, { time }));
  await using simulator = await startKrakenSimulator({ trades });
  expect(await idsOf(simulator, { start: "T1" })).toEqual(["T2"]);
  expect(await idsOf(simulator, { end: "T1" })).toEqual(["T1", "T0"]);
});

test.each([
  { start: "yesterday" },
  { end: "TUNKNOWN" },
  { start: "-1" },
  { ofs: "x" },
  { ledgers: "maybe" },
  { type: "some" },
])("simulator: %j is an invalid argument", async (parameters) => {
  await using simulator = await startKrakenSimulator();
  const [name] = Object.keys(parameters);
  expect(await errorsOf(simulator, "TradesHistory", parameters)).toEqual([`EGeneral:Invalid arguments:${name}`]);
});

test("simulator: start=0 and end=0 find nothing", async () => {
  await using simulator = await startKrakenSimulator({ trades: tradesAt(3, "1700000000") });
  expect(await resultOf(simulator, "TradesHistory", { start: "0", end: "0" })).toEqual({ trades: {}, count: 0 });
});

test("simulator: 120 trades of one moment are paged once each", async () => {
  await using simulator = await startKrakenSimulator({ trades: tradesAt(120, "1700000000.123456") });
  const pages = [];
  for (const ofs of ["0", "50", "100", "150"]) pages.push(await idsOf(simulator, { ofs }));
  expect(pages.map((page) => page.length)).toEqual([50, 50, 20, 0]);
  expect(new Set(pages.flat()).size).toBe(120);
  expect(pages.flat()[0]).toBe("TROW-0119");
});

test("simulator: count is the number of all matching rows, unless without_count", async () => {
  await using simulator = await startKrakenSimulator({ trades: tradesAt(60, "1700000000") });
  expect((await resultOf(simulator, "TradesHistory", { ofs: "50" })).count).toBe(60);
  expect(await resultOf(simulator, "TradesHistory", { without_count: "true" })).not.toHaveProperty("count");
});

test("simulator: unknown parameters are ignored", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  expect(await idsOf(simulator, { pair: "XETHZUSD", limit: "0", rebase_multiplier: "base" })).toEqual(["TA"]);
});

test("simulator: the published example is served newest first with its own digits", async () => {
  await using simulator = await startKrakenSimulator({ trades: publishedTradesHistory() });
  const text = await (await post(simulator, "TradesHistory")).text();
  expect(text.startsWith('{"error":[],"result":{"trades":{"THVRQM-33VKH-UCI7BS":{"ordertxid":"OQCLML-BW3P3-')).toBe(
    true,
  );
  expect(text.endsWith('"count":50}}')).toBe(true);
  expect(text.match(/"time":1614110456\.234,/g)).toHaveLength(1);
  const { trades } = await resultOf(simulator, "TradesHistory");
  expect(Object.keys(trades)).toHaveLength(50);
  expect(Object.keys(trades).at(-1)).toBe("TUBIJ2-LJD26-EW3WKN");
  expect(trades["TUI2JG-VOE36-SW7UJQ"]).toEqual({
    ordertxid: "OZABVF-MIK6V-L3ZTOE",
    postxid: "TF5GVO-T7ZZ2-6NBKBI",
    pair: "XXBTZUSD",
    time: 1616511385.1402,
    type: "sell",
    ordertype: "limit",
    price: "30000.00000",
    cost: "60.00000",
    fee: "0.06000",
    vol: "0.00200000",
    margin: "12.00000",
    misc: "closing",
  });
});

test("simulator: digits that a double would lose are served", async () => {
  const time = "1680777419.811563512";
  await using simulator = await startKrakenSimulator({ trades: [trade("TA", { time })] });
  expect(await (await post(simulator, "TradesHistory")).text()).toContain(`"time":${time},`);
});

test.each([
  ["all", ["TSPOT", "TOPEN", "TCLOSED", "TCLOSING"]],
  ["any position", ["TOPEN", "TCLOSED", "TCLOSING"]],
  ["closed position", ["TCLOSED"]],
  ["closing position", ["TCLOSING"]],
  ["no position", ["TSPOT"]],
])("simulator: type %j selects trades by their position", async (type, ids) => {
  const trades = [
    trade("TCLOSING", { postxid: "TP", misc: "foo,closing" }),
    trade("TCLOSED", { postxid: "TP", posstatus: "closed", trades: ["TCLOSING"] }),
    trade("TOPEN", { postxid: "TQ", posstatus: "open" }),
    trade("TSPOT"),
  ];
  await using simulator = await startKrakenSimulator({ trades });
  expect(await idsOf(simulator, { type })).toEqual(ids);
});

test("simulator: ledger ids and closing trades are shown on demand", async () => {
  const position = trade("TB", { posstatus: "closed", trades: ["TC"], ledgers: ["LA"] });
  await using simulator = await startKrakenSimulator({ trades: [trade("TA"), position] });
  const plain = await resultOf(simulator, "TradesHistory");
  expect(plain.trades.TB).not.toHaveProperty("ledgers");
  expect(plain.trades.TB).not.toHaveProperty("trades");
  const { trades } = await resultOf(simulator, "TradesHistory", { ledgers: "true", trades: "true" });
  expect(trades.TB).toMatchObject({ ledgers: ["LA"], trades: ["TC"] });
  const idForm = expect.stringMatching(/^L[A-Z2-7]{5}-[A-Z2-7]{5}-[A-Z2-7]{6}$/);
  expect(trades.TA?.ledgers).toEqual([idForm, idForm]);
});

test("simulator: a key with a date range sees that range only", async () => {
  const trades = ["100", "200", "300", "301"].map((time) => trade(`T${time}`, { time }));
  const keys = [{ queryFromSeconds: 200, queryToSeconds: 300 }];
  await using simulator = await startKrakenSimulator({ trades, keys });
  expect(await idsOf(simulator)).toEqual(["T300", "T200"]);
  expect(await idsOf(simulator, { start: "200" })).toEqual(["T300"]);
  expect(await idsOf(simulator, { end: "200" })).toEqual(["T200"]);
});
