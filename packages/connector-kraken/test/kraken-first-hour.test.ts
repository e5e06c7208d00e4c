import { generateTrades, type KrakenSimulator, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { type FillbookEvent, instant } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { driveKraken, startMs, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aGroup } from "./support/made-ledgers.ts";
import { manyTrades, tradeId } from "./support/made-trades.ts";

// Goal: a history that was never read is there within minutes by an export, in every mode, its newest fills within the first. Method: accounts
// of many sizes at tier starter, on the clock; what Kraken takes to make the export does not count.

const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"];
const exporting = { permissions: [...permissions, "export-data"] };
const modes = ["scheduled", "manual", "backfill"] as const;
const privateCalls = ({ requests }: KrakenSimulator) => requests.filter(({ path }) => path.includes("/private/"));

const exportTimesMs = [0, 20_000, 400_000];
// LONG_TESTS=1 is the long run of `.ci/run`: every mode with every size and every time. Else each mode has a time of its own.
const isLong = process.env.LONG_TESTS === "1";
const accounts = modes.flatMap((mode, number) =>
  [130, 2_000].flatMap((count) =>
    (isLong ? exportTimesMs : exportTimesMs.slice(number, number + 1)).map(
      (exportMs) => [mode, count, exportMs] as const,
    ),
  ),
);

test.each(accounts)("first run, %s: %i fills whose export takes %i ms", async (mode, count, exportMs) => {
  const clock = testClock();
  const trades = generateTrades({ count, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting], exportMs });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ mode });
  expect(drive.executions.size).toBe(count);
  expect([...drive.executions.values()].filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
  expect(privateCalls(simulator).length).toBeLessThanOrEqual(30);
  // The longest pause between two looks is half of what has passed, as long as it is made.
  expect(clock.now() - startMs - exportMs * 1.5).toBeLessThanOrEqual(60_000);
  expect(simulator.exports).toEqual([]);
  expect([drive.cursor?.windows, drive.cursor?.ledger?.windows, drive.cursor?.plan]).toEqual([[], [], undefined]);
  // Each fill is reported once.
  expect(drive.records.filter((raw) => JSON.stringify(raw).includes("txid"))).toHaveLength(count);
});

test.each(modes)(
  "first run, %s: the newest fills are stored with their fees before an export is asked for",
  async (mode) => {
    const clock = testClock();
    const trades = generateTrades({ count: 500, seed: 5 });
    await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting], historyCost: 4 });
    const drive = driveKraken(simulator, { clock });
    await drive.run({ mode, stopAfterPages: 1 });
    const newest = trades.slice(-50).map(({ txid }) => txid);
    expect([...drive.executions.keys()].sort()).toEqual(newest.sort());
    expect([...drive.executions.values()].filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
    expect(clock.now() - startMs).toBeLessThan(60_000);
    expect(drive.requests("AddExport")).toEqual([]);
  },
);

test("first run: where a page costs 4, it is learned and still takes a minute beside Kraken's own", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 500, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting], historyCost: 4 });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.size).toBe(500);
  expect(privateCalls(simulator).length).toBeLessThanOrEqual(30);
  expect(clock.now() - startMs - 20_000).toBeLessThanOrEqual(60_000);
});

test("first run: what the app bought is exported where it is many, and a purchase at the edge counts once", async () => {
  const clock = testClock();
  const ledgers = Array.from({ length: 400 }, (_, number) =>
    aGroup(
      number,
      `BUY${number}`,
      { type: "spend", asset: "ZEUR", amount: "-30.0000" },
      { type: "receive", asset: "XXBT", amount: "0.0010000000" },
    ),
  ).flat();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(3), keys: [exporting], ledgers });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.size).toBe(403);
  expect(drive.diagnostics).toEqual([]);
  expect(privateCalls(simulator).length).toBeLessThanOrEqual(30);
});

describe("no export", () => {
  test.each([
    ["exports: false", { exports: false }, exporting],
    ["consolidateTaker: false", { consolidateTaker: false }, exporting],
    ["a key without the right", {}, { permissions }],
    ["few fills", {}, exporting],
  ])("is asked for with %s", async (name, settings, key) => {
    const clock = testClock();
    const count = name === "few fills" ? 90 : 160;
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(count), keys: [key] });
    const drive = driveKraken(simulator, { clock, settings: { ...settings, ...tradesOnly } });
    await drive.run();
    expect(drive.executions.size).toBe(count);
    expect(drive.requests("AddExport")).toEqual([]);
    // No page is asked for twice, but the overlap of one row.
    expect(drive.requests()).toHaveLength(Math.ceil((count - 1) / 49));
  });

  test("is had: pages go on behind the first, and none is asked for twice", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(160), keys: [exporting] });
    simulator.inject({ kind: "error", errors: ["EAPI:Feature disabled"], path: "AddExport", times: 9 });
    const drive = driveKraken(simulator, { clock, settings: tradesOnly });
    await drive.run();
    expect(drive.executions.size).toBe(160);
    expect(drive.requests()).toHaveLength(4);
  });
});

test("first run: killed after every page it asks once, and each fill is there", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 400, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting] });
  const drive = driveKraken(simulator, { clock });
  for (let runs = 0; runs < 30; runs += 1) {
    await drive.run({ stopAfterPages: 1 });
    clock.advance(10_000);
  }
  expect(drive.executions.size).toBe(400);
  expect(drive.requests("AddExport")).toHaveLength(2);
  expect(simulator.exports).toEqual([]);
  expect([drive.cursor?.exporting, drive.cursor?.windows]).toEqual([undefined, []]);
});

test("first run: a fill that comes while the export is made does not wait for it", async () => {
  const clock = testClock();
  const trades = manyTrades(200);
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting], exportMs: 3_600_000 });
  const drive = driveKraken(simulator, { clock, policy: { exportWaitMs: 0 } });
  await drive.run();
  expect(drive.executions.size).toBe(50);
  const [fresh] = manyTrades(1, () => ({ txid: tradeId(900), time: `${clock.now() / 1000}` }));
  if (fresh !== undefined) simulator.addTrades(fresh);
  clock.advance(120_000);
  await drive.run();
  expect(drive.executions.has(tradeId(900))).toBe(true);
  clock.advance(3_600_000);
  await drive.run();
  expect(drive.executions.size).toBe(201);
});

test.each([
  ["by an export", exporting],
  ["by pages", { permissions }],
])("progress of a first run %s says what is left", async (_name, key) => {
  await using world = await aWorld({ keys: [key], trades: generateTrades({ count: 1_000, seed: 5 }) });
  const left: number[] = [];
  const onEvent = (event: FillbookEvent) => {
    if (event.type !== "run.progress") return;
    left.push((event.expectedRecords ?? Number.NaN) - event.stats.fetched);
  };
  await world.run({ onEvent });
  expect(left[0]).toBeGreaterThanOrEqual(950);
  expect(left[0]).toBeLessThanOrEqual(1_000);
  expect(left.every((records, place) => place === 0 || records <= (left[place - 1] ?? 0))).toBe(true);
  expect(left.at(-1)).toBe(0);
});

test("a first backfill of a window exports the window, and its newest page comes first", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 400, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades, keys: [exporting] });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ mode: "backfill", window: { from: instant("2024-07-01T00:00:00Z") } });
  expect(drive.requests("AddExport").map(({ parameters }) => parameters.starttm)).toEqual(["1719791999", "1719791999"]);
  expect(drive.executions.size).toBe(400);
  expect(drive.requests()[0]?.parameters.ofs).toBe("0");
});

test("first run: the problem of an export in the making closes once it is read", async () => {
  await using world = await aWorld(
    { keys: [exporting], trades: manyTrades(200), exportMs: 3_600_000 },
    { exportWaitMs: 0 },
  );
  await world.run();
  expect(await world.problems()).toMatchObject([{ kind: "partial_import" }]);
  world.clock.advance(2 * 3_600_000);
  await world.run();
  expect(await world.problems()).toEqual([]);
});

test("first run: an export that is lost once it was made is replaced by pages", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(200), keys: [exporting] });
  const drive = driveKraken(simulator, { clock });
  const isMade = () => drive.cursor?.exporting?.made !== undefined;
  for (let runs = 0; !isMade() && runs < 9; runs += 1) await drive.run({ stopAfterPages: 1 });
  expect(isMade()).toBe(true);
  for (const { id } of simulator.exports) simulator.dropExport(id);
  await expect(drive.run()).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  await drive.run();
  expect(drive.executions.size).toBe(200);
  expect([drive.cursor?.exporting, drive.cursor?.windows]).toEqual([undefined, []]);
});
