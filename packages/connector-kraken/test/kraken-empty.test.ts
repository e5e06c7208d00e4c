import { type JsonValue, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { codeOf, driveKraken, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { aTrade, manyTrades } from "./support/made-trades.ts";

const permissions = ["query-open-trades", "query-closed-trades", "query-ledger", "export-data"];
const always = Number.POSITIVE_INFINITY;

/** What an account without fills may be answered: no list, no count, or both. */
const empty: readonly JsonValue[] = [
  {},
  { trades: null },
  { count: 0 },
  { trades: null, count: 0 },
  { trades: null, count: "0" },
  { trades: null, count: null },
  { trades: [] },
  { trades: [], count: 0 },
  { trades: {} },
  { trades: {}, count: 0 },
];

async function answered(
  result: JsonValue,
  { fills = 0, rights = permissions }: { fills?: number; rights?: readonly string[] } = {},
) {
  const clock = testClock();
  const simulator = await startKrakenSimulator({ clock, trades: manyTrades(fills), keys: [{ permissions: rights }] });
  const fault = simulator.inject({ kind: "transform", transform: () => result, times: always });
  return { clock, fault, simulator, drive: driveKraken(simulator, { clock, settings: tradesOnly }) };
}

test.each(empty)("%j is an empty page of an empty account, and fills that come later are read", async (result) => {
  const { clock, drive, fault, simulator } = await answered(result);
  await using _ = simulator;
  await drive.run();
  expect(drive.records).toEqual([]);
  expect(drive.coverages.flatMap(({ covered = [] }) => covered)).toHaveLength(1);
  expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toEqual([]);
  fault.remove();
  simulator.addTrades(aTrade(1, { time: String(clock.now() / 1000) }));
  clock.advance(60_000);
  await drive.run();
  expect(drive.executions.size).toBe(1);
});

test.each([{}, { trades: null }, { trades: null, count: null }])(
  "%j is no empty page where the ledger has fills, and is asked for again before",
  async (result) => {
    const { drive, simulator } = await answered(result, { fills: 60 });
    await using _ = simulator;
    expect(await codeOf(drive.run())).toBe("PROTOCOL");
    expect(drive.requests()).toHaveLength(5);
    expect(drive.cursor).toBe(null);
  },
);

test.each([
  { trades: null, count: 7 },
  { count: "7" },
  { count: 7.5 },
  { trades: null, count: "many" },
  { trades: "none", count: 0 },
  { trades: [{}], count: 0 },
  [],
  "",
])("%j is no page at all", async (result) => {
  const { drive, simulator } = await answered(result);
  await using _ = simulator;
  expect(await codeOf(drive.run())).toBe("PROTOCOL");
});

test("an empty list beside a count is a window with rows missing", async () => {
  const { drive, simulator } = await answered({ trades: [], count: 7 });
  await using _ = simulator;
  await drive.run();
  expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toEqual([
    expect.objectContaining({ reason: expect.stringContaining("7 of the rows") }),
  ]);
});

test("a key that may not read the ledger leaves the word to TradesHistory", async () => {
  const { drive, simulator } = await answered({}, { rights: ["query-closed-trades", "query-open-trades"] });
  await using _ = simulator;
  await drive.run();
  expect(drive.cursor?.windows).toEqual([]);
});

test.each(['"ledger":null', '"ledger":null,"count":0', '"count":0', "", '"ledger":[]', '"ledger":{}'])(
  "a ledger answered with {%s} is empty",
  async (members) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock });
    const transformText = () => `{"error":[],"result":{${members}}}`;
    simulator.inject({ kind: "transform-text", path: "Ledgers", transformText, times: always });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.cursor?.ledger).toEqual({ head: null, windows: [] });
    expect(drive.diagnostics).toEqual([]);
  },
);

test.each(['"ledger":null,"count":3', '"count":3', '"ledger":"none"', '"ledger":[{}]'])(
  "a ledger answered with {%s} is not read: the run says so",
  async (members) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(2) });
    const transformText = () => `{"error":[],"result":{${members}}}`;
    simulator.inject({ kind: "transform-text", path: "Ledgers", transformText, times: always });
    const drive = driveKraken(simulator, { clock });
    expect(await codeOf(drive.run())).toBe("PROTOCOL");
    expect(drive.executions.size).toBe(2);
    expect(drive.cursor?.unread).toHaveLength(1);
  },
);

test.each(['"result":null', '"result":[]', '"result":{}', '"warning":[]'])(
  "a list of exports answered with {%s} is empty: the job is asked for again or lost, and pages are read",
  async (member) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(60), keys: [{ permissions }] });
    const transformText = () => `{"error":[],${member}}`;
    simulator.inject({ kind: "transform-text", path: "ExportStatus", transformText, times: always });
    const drive = driveKraken(simulator, { clock });
    await drive.run({ mode: "backfill" });
    await drive.run({ mode: "backfill" });
    expect(drive.executions.size).toBe(60);
    expect(drive.cursor?.exporting).toBe(undefined);
  },
);
