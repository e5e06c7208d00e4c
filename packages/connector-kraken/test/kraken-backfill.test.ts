import { kraken } from "@fillbook/connector-kraken";
import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { createFillbook, instant, type Json } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"];
const reading = { permissions };
const exporting = { permissions: [...permissions, "export-data"] };

type World = Awaited<ReturnType<typeof aWorld>>;
const counted = async (world: World) => (await world.executions()).filter(({ canonical }) => canonical);

/** Ways in which a backfill reads by pages. */
const byPages: [string, Json, typeof reading][] = [
  ["exports: false", { exports: false }, exporting],
  ["consolidateTaker: false", { consolidateTaker: false }, exporting],
  ["a key that may not export", {}, reading],
];

// LONG_TESTS=1 is the long run of `.ci/run`.
const pagesARun = process.env.LONG_TESTS === "1" ? [1, 2, 3, 7] : [2];

describe.each(byPages)("a backfill by pages, for %s", (_name, settings, key) => {
  async function imported(count: number) {
    const world = await aWorld({ keys: [key], trades: manyTrades(count) });
    const connectionId = await world.connect(settings);
    await world.run({ connectionId });
    world.clock.advance(30 * 86_400_000);
    const backfill = (extra = {}) => world.run({ connectionId, mode: "backfill", ...extra }).then(ranReport);
    return { ...world, connectionId, backfill, [Symbol.asyncDispose]: () => world.simulator.close() };
  }

  test("a fill that came late is imported, within a window and without", async () => {
    await using world = await imported(120);
    world.simulator.addTrades(aTrade(501, { time: "1700000050.7" }));
    expect((await world.backfill()).stats).toMatchObject({ inserted: 1, duplicates: 120 });
    world.simulator.addTrades(aTrade(502, { time: "1700000060.7" }), aTrade(503, { time: "1700000100.7" }));
    const window = { from: instant("2023-11-14T22:14:10Z"), to: instant("2023-11-14T22:14:40Z") };
    expect((await world.backfill({ window })).stats).toMatchObject({ inserted: 1 });
    expect(await counted(world)).toHaveLength(122);
    // The same request later is another one.
    expect((await world.backfill()).stats).toMatchObject({ inserted: 1 });
  }, 60_000);

  test.each(pagesARun)(
    "a host that runs until there is no more ends, with %i pages a run",
    async (pages) => {
      await using world = await imported(200);
      world.simulator.addTrades(aTrade(501, { time: "1700000010.7" }));
      const asked = world.requestsOf("TradesHistory").length;
      let runs = 0;
      for (let more = true; more; runs += 1) {
        expect(runs).toBeLessThan(20);
        more = (await world.backfill({ budget: { pages } })).more;
      }
      expect(await counted(world)).toHaveLength(201);
      // Five pages of history, and what is new in between.
      expect(world.requestsOf("TradesHistory").length - asked).toBeLessThan(5 + 6);
      expect(await world.problems()).toEqual([]);
    },
    60_000,
  );
});

test("a backfill brings back what was undone", async () => {
  await using world = await aWorld({ keys: [reading], trades: manyTrades(60) });
  const connectionId = await world.connect({ exports: false });
  const { jobId } = ranReport(await world.run({ connectionId }));
  const book = createFillbook({ store: world.store, connectors: [kraken()], credentials: async () => ({}) });
  await book.forUser("owner").undoImport(jobId);
  expect(await counted(world)).toHaveLength(0);
  world.clock.advance(86_400_000);
  expect(ranReport(await world.run({ connectionId, mode: "backfill" })).stats).toMatchObject({ inserted: 60 });
});

test("new fills come first, however long the backfill is and however small its runs are", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(400) });
  const drive = driveKraken(simulator, { clock, settings: { exports: false } });
  await drive.run();
  clock.advance(86_400_000);
  let number = 1_000;
  for (let runs = 0; runs < 12; runs += 1) {
    number += 1;
    simulator.addTrades(aTrade(number, { time: `${clock.now() / 1000}` }));
    clock.advance(120_000);
    await drive.run({ mode: "backfill", stopAfterPages: 2 });
    expect(drive.executions.has(tradeId(number))).toBe(true);
  }
  const before = drive.cursor?.windows.length;
  await drive.run({ mode: "backfill" });
  expect([before, drive.cursor?.windows, drive.cursor?.requests]).toEqual([1, [], undefined]);
});

test("killed after every page, a backfill reads each page once", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(250) });
  const drive = driveKraken(simulator, { clock, settings: { exports: false, ledgerFees: false, instant: false } });
  await drive.run();
  clock.advance(3_600_000);
  drive.executions.clear();
  const asked = drive.requests().length;
  for (let runs = 0; runs < 7; runs += 1) await drive.run({ mode: "backfill", stopAfterPages: 1 });
  expect(drive.executions.size).toBe(250);
  expect(drive.requests().length - asked).toBe(7);
  expect(drive.cursor?.requests).toBeUndefined();
});

test("another request meanwhile is read too, and neither starts over", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(250) });
  const drive = driveKraken(simulator, { clock, settings: { exports: false, ledgerFees: false, instant: false } });
  await drive.run();
  clock.advance(3_600_000);
  drive.executions.clear();
  const asked = drive.requests().length;
  const window = { from: instant("2023-11-14T22:14:00Z"), to: instant("2023-11-14T22:15:00Z") };
  for (let runs = 0; runs < 20; runs += 1) {
    await drive.run({ mode: "backfill", stopAfterPages: 1, ...(runs % 2 === 0 ? {} : { window }) });
    if (drive.cursor?.requests === undefined) break;
  }
  expect(drive.cursor?.requests).toBeUndefined();
  expect(drive.executions.size).toBe(250);
  expect(drive.requests().length - asked).toBeLessThan(14);
});

test("a count that is too high leaves a gap, and still the host's loop ends", async () => {
  for (const pages of [1, 2, 3]) {
    await using world = await aWorld({ trades: manyTrades(120) });
    const connectionId = await world.connect({ exports: false });
    const transformText = (body: string) => body.replace(/"count":120/, '"count":125');
    world.simulator.inject({ kind: "transform-text", transformText, times: Number.POSITIVE_INFINITY });
    await world.run({ connectionId });
    world.clock.advance(86_400_000);
    let runs = 0;
    for (let more = true; more; runs += 1) {
      expect(runs).toBeLessThan(20);
      more = ranReport(await world.run({ connectionId, mode: "backfill", budget: { pages } })).more;
    }
    expect((await world.problems()).map(({ kind }) => kind)).toEqual(["coverage_gap"]);
  }
}, 60_000);

test.each([1, 2, 5])(
  "by an export too the host's loop ends, with %i pages a run, and asks for it once",
  async (pages) => {
    await using world = await aWorld({ keys: [exporting], trades: manyTrades(120) });
    await world.run();
    expect(world.requestsOf("AddExport")).toHaveLength(2);
    world.clock.advance(86_400_000);
    let runs = 0;
    for (let more = true; more; runs += 1) {
      expect(runs).toBeLessThan(30);
      more = ranReport(await world.run({ mode: "backfill", budget: { pages } })).more;
    }
    expect(world.requestsOf("AddExport")).toHaveLength(4);
    expect(world.simulator.exports).toEqual([]);
    // Asked for once more it is read once more.
    await world.run({ mode: "backfill" });
    expect(world.requestsOf("AddExport")).toHaveLength(6);
  },
  60_000,
);

test("a request while an export of it is being made waits for it, another is read by pages at once", async () => {
  await using world = await aWorld(
    { keys: [exporting], trades: manyTrades(60), exportMs: 3_600_000 },
    { exportWaitMs: 0 },
  );
  await world.run();
  world.clock.advance(86_400_000);
  world.simulator.addTrades(aTrade(501, { time: "1700000010.7" }));
  await world.run({ mode: "backfill" });
  await world.run({ mode: "backfill" });
  expect(await counted(world)).toHaveLength(60);
  // Beyond the end of the export: it is not in it.
  const window = { from: instant("2023-11-14T22:13:25Z"), to: instant("2026-04-01T00:00:00Z") };
  await world.run({ mode: "backfill", window });
  expect(await counted(world)).toHaveLength(61);
  world.clock.advance(2 * 3_600_000);
  await world.run();
  expect(world.requestsOf("AddExport")).toHaveLength(2);
  expect(world.simulator.exports).toEqual([]);
});
