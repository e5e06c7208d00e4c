import { generateFills } from "@fillbook/connector-ibkr/simulator";
import { type IngestOptions, instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { expectSameBook } from "./support/ibkr-flex-oracle.ts";
import { DAY_MS, HOUR_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aWebWorld } from "./support/ibkr-web-world.ts";
import { expectRereadAfterUndo } from "./support/reread-after-undo.ts";

const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0, comboEvery: 0 };
const days = [...generateFills({ count: 60, seed: 4, days: 3, fromDay: "2026-02-25", ...quiet })].filter(
  (entry) => entry.kind === "fill" && entry.execId !== null,
);

test("import: the fills of seven days are stored once, and a repeated run reads them and yields nothing", async () => {
  await using world = await aWebWorld({ simulator: { entries: days, portal: {} } });
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: days.length, rejected: 0 } });
  world.clock.advance(900_000);
  expect((await world.run()).stats).toMatchObject({ pages: 1, fetched: 0 });
  expect((await world.run({ mode: "manual" })).stats).toMatchObject({ fetched: 0 });
});

test.each<Partial<IngestOptions>>([{ mode: "backfill" }, { window: { from: instant("2026-02-25T00:00:00Z") } }])(
  "import: what an undo took away is back after %j, in runs of one page as well, and no later run brings it",
  async (asked) => {
    await using world = await aWebWorld({ simulator: { entries: days, portal: {} }, policy: { pageRecords: 7 } });
    await expectRereadAfterUndo(world, { asked, fills: days.length, betweenMs: 900_000 });
  },
);

test("import: only the rows that are new are yielded, and a day that changed before them is yielded whole", async () => {
  await using world = await aWebWorld({ simulator: { entries: days, portal: {} } });
  await world.run();
  const [first] = days;
  if (first?.kind !== "fill") throw new Error("the first entry is a fill");
  const { instrument } = first;
  const fill = { instrument, side: "buy", quantity: "1", price: "1" } as const;
  world.clock.advance(900_000);
  world.simulator.addFills(fill);
  expect((await world.run()).stats).toMatchObject({ fetched: 1, inserted: 1 });
  world.clock.advance(900_000);
  world.simulator.addFills({ ...fill, atMs: first.atMs - 1_000 });
  const { fetched, duplicates, inserted } = (await world.run()).stats;
  expect(inserted).toBe(1);
  expect(fetched).toBe(duplicates + 1);
  expect(duplicates).toBeGreaterThan(1);
});

test("import: runs that end after each page go on where they stood", async () => {
  await using world = await aWebWorld({ simulator: { entries: days, portal: {} }, policy: { pageRecords: 7 } });
  let runs = 0;
  for (let more = true; more; runs += 1) {
    const report = await world.run({ budget: { pages: 1 } });
    expect(report).toMatchObject({ error: null, stats: { duplicates: 0 } });
    more = report.more && report.stats.fetched > 0;
    world.clock.advance(900_000);
  }
  expect(runs).toBe(Math.ceil(days.length / 7));
  expect(await world.canonical()).toHaveLength(days.length);
});

const portals = [
  { keepsRevisions: true, keepsBusted: true },
  { keepsRevisions: false, keepsBusted: false },
];

// LONG_TESTS=1 is the long run of `.ci/run`.
test.each(process.env.LONG_TESTS === "1" ? portals : portals.slice(1))(
  "oracle: two weeks, live every six hours and by statement every day, are the book of the model (%j)",
  async (portal) => {
    const events = { cancelEvery: 13, rebookEvery: 7, correctEvery: 0, bookingEvery: 3, comboEvery: 9 };
    const entries = [...generateFills({ count: 200, seed: 31, days: 10, fromDay: "2026-03-02", ...events })];
    const startMs = Date.UTC(2026, 2, 2, 21);
    const clock = testClock(startMs);
    await using world = await aWebWorld({ clock, simulator: { entries, portal } });
    const flexId = await world.connectFlex();
    for (let day = 0; day < 22; day += 1) {
      world.portal.login();
      for (let sync = 0; sync < 2; sync += 1) {
        expect((await world.run()).error).toBeNull();
        world.clock.advance(6 * HOUR_MS - 600_000);
      }
      expect((await world.run({ connectionId: flexId })).error).toBeNull();
      world.clock.advance(DAY_MS - ((clock.now() - startMs) % DAY_MS));
    }
    expect((await world.executions()).some(({ source }) => source.connector === "ibkr-web")).toBe(true);
    await expectSameBook(world);
    expect((await world.problems()).filter((problem) => problem.startsWith("conflict"))).toEqual([]);
  },
);
