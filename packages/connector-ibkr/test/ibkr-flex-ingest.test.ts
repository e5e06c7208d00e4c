import {
  forexRebookDay,
  generateFills,
  simulatedInstruments,
  stockRebookDay,
} from "@fillbook/connector-ibkr/simulator";
import { instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { stateOf } from "../../testkit/src/suite/play.ts";
import { expectSameBook } from "./support/ibkr-flex-oracle.ts";
import { aFlexWorld, DAY_MS, testClock, twoAccounts } from "./support/ibkr-flex-world.ts";

const year = [...generateFills({ count: 900, seed: 21, days: 250, fromDay: "2025-03-10" })];

test("oracle: a year of fills, cancels, rebooks, corrections and bookings is the book that the model says", async () => {
  await using world = await aFlexWorld({ simulator: { entries: year } });
  const report = await world.run();
  expect(report).toMatchObject({ error: null, stats: { conflicts: 0, rejected: 0 } });
  await expectSameBook(world);
  world.clock.advance(DAY_MS);
  expect((await world.run()).stats).toMatchObject({ inserted: 0, updated: 0, corrected: 0, conflicts: 0 });
});

test("oracle: three years by a budget of three pages, with requests of a year each, the newest first", async () => {
  const entries = [...generateFills({ count: 400, seed: 8, days: 760, fromDay: "2023-03-06" })];
  const settings = { historyFrom: "2023-03-01", period: "override" };
  await using world = await aFlexWorld({ simulator: { entries }, settings, policy: { pageRecords: 50 } });
  let runs = 0;
  for (let more = true; more; runs += 1) {
    expect(runs).toBeLessThan(50);
    const report = await world.run({ mode: "backfill", budget: { pages: 3 } });
    expect(report.error).toBeNull();
    more = report.more;
  }
  expect(runs).toBeGreaterThan(4);
  const days = world.sends().map(({ parameters }) => parameters.fd ?? "");
  expect(days.length).toBeLessThan(7);
  expect(days[0]).toBe("20250228");
  expect(days.slice(1)).toEqual(days.slice(1).toSorted());
  await expectSameBook(world);
});

test("oracle: history before the saved period is read by name", async () => {
  const entries = [...generateFills({ count: 200, seed: 9, days: 500, fromDay: "2024-03-04" })];
  await using world = await aFlexWorld({ simulator: { entries }, settings: { historyFrom: "2024-03-01" } });
  expect(await world.run()).toMatchObject({ status: "succeeded", error: null });
  await expectSameBook(world);
  expect(world.sends()).toHaveLength(2);
});

test("trap: a query that ignores the named days leaves a gap that is told, and no loop", async () => {
  const queries = [{ type: "AF", override: "ignored", period: { kind: "last-days", days: 30 } }] as const;
  await using world = await aFlexWorld({
    simulator: { entries: year, queries },
    settings: { historyFrom: "2025-03-03" },
  });
  const report = await world.run();
  expect(report).toMatchObject({ status: "partial", error: null, more: false });
  expect(await world.problems()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^coverage_gap: .*IBKR gave no statement/)]),
  );
  const sent = world.sends().length;
  world.clock.advance(DAY_MS);
  await world.run();
  expect(world.sends()).toHaveLength(sent + 1);
});

test("trap: an override that hangs holds up new fills for hours, not for ever", async () => {
  const queries = [{ type: "AF", override: "hangs", period: { kind: "last-days", days: 30 } }] as const;
  await using world = await aFlexWorld({
    simulator: { entries: year, queries },
    settings: { historyFrom: "2025-06-02" },
  });
  await world.run();
  world.clock.advance(7 * 3_600_000);
  await world.run();
  world.clock.advance(7 * 3_600_000);
  await world.run();
  world.clock.advance(DAY_MS);
  const report = await world.run();
  expect(report).toMatchObject({ error: null, more: false });
  expect(await world.problems()).toEqual(expect.arrayContaining([expect.stringContaining("coverage_gap")]));
});

test("trap 1: 5,000 shares canceled and rebooked stay 5,000, whenever the cancel is seen", async () => {
  const clock = testClock(Date.UTC(2026, 1, 4, 12));
  const [fill, cancel, rebook] = stockRebookDay();
  if (fill === undefined || cancel === undefined || rebook === undefined) throw new Error("three rows");
  await using world = await aFlexWorld({ clock, simulator: { entries: [fill] } });
  await world.run();
  const quantities = async () => (await world.store.trades("owner", {})).items.map(({ quantity }) => quantity);
  expect(await quantities()).toEqual(["5000"]);
  world.simulator.addEntries(cancel);
  clock.advance(DAY_MS);
  await world.run();
  world.simulator.addEntries(rebook);
  clock.advance(3 * DAY_MS);
  await world.run();
  expect(await quantities()).toEqual(["5000"]);
  await expectSameBook(world);
});

test("trap 2: a forex rebook under the same trade id keeps the quantity of the rebook", async () => {
  await using world = await aFlexWorld({
    clock: testClock(Date.UTC(2025, 8, 15, 12)),
    simulator: { entries: forexRebookDay() },
  });
  await world.run();
  expect((await world.store.trades("owner", {})).items).toMatchObject([{ quantity: "1145.929445" }]);
});

test("trap 13: a fill of today comes with tomorrow's statement", async () => {
  await using world = await aFlexWorld();
  world.simulator.addFills({ instrument: simulatedInstruments.pennyStock, side: "buy", quantity: "10", price: "1" });
  expect((await world.run()).stats.inserted).toBe(0);
  world.clock.advance(DAY_MS);
  expect((await world.run()).stats.inserted).toBe(1);
});

test("trap: several accounts in one query are kept apart, and the others are named", async () => {
  await using world = await aFlexWorld({ simulator: twoAccounts() });
  await world.run();
  expect(new Set((await world.executions()).map(({ account }) => account))).toEqual(new Set(["U1234567"]));
  expect(await world.problems()).toMatchObject([expect.stringContaining("1 other account(s)")]);
  const second = await world.connect({ accountRef: "U7654321" });
  await world.run({ connectionId: second });
  expect(new Set((await world.executions()).map(({ account }) => account)).size).toBe(2);
});

test("trap: a statement of another account stores nothing and asks for the query to be mended", async () => {
  await using world = await aFlexWorld({ simulator: { entries: year }, settings: { accountId: "U9999999" } });
  expect((await world.run()).error).toMatchObject({ code: "ACCOUNT_MISMATCH" });
  expect(await world.executions()).toEqual([]);
});

test("trap: missing columns are named, rows of other levels are not fills", async () => {
  const columns = [
    "accountId",
    "assetCategory",
    "symbol",
    "conid",
    "currency",
    "multiplier",
    "buySell",
    "quantity",
    "tradePrice",
    "dateTime",
    "tradeID",
  ];
  await using world = await aFlexWorld({
    simulator: { entries: year.slice(0, 20), queries: [{ type: "AF", columns }] },
  });
  await world.run();
  expect(await world.problems()).toEqual(expect.arrayContaining([expect.stringContaining("IB Execution ID")]));
  const queries = [{ type: "AF", levels: ["ORDER", "SYMBOL_SUMMARY"] }] as const;
  await using orders = await aFlexWorld({ simulator: { entries: year.slice(0, 20), queries } });
  expect(await orders.run()).toMatchObject({ status: "partial", cursorAfter: { coverage: { covered: [] } } });
  expect(await orders.problems()).toMatchObject([expect.stringContaining("tick Executions")]);
});

test("window: days that a person asks for are read by name", async () => {
  await using world = await aFlexWorld({ simulator: { entries: year } });
  const window = { from: instant("2025-06-02T12:00:00Z"), to: instant("2025-06-30T12:00:00Z") };
  await world.run({ mode: "manual", window });
  expect(world.sends().map(({ parameters }) => [parameters.fd, parameters.td])).toEqual([
    [undefined, undefined],
    ["20250602", "20250630"],
  ]);
});

// LONG_TESTS=1 is the long run of `.ci/run`.
const budgets = process.env.LONG_TESTS === "1" ? [1, 2, 3, 4, 5] : [2];

test("window: a host that runs until there is no more comes to an end, whatever its budget", async () => {
  const window = { from: instant("2025-06-02T12:00:00Z"), to: instant("2025-06-30T12:00:00Z") };
  for (const pages of budgets) {
    await using world = await aFlexWorld({ simulator: { entries: year }, policy: { pageRecords: 300 } });
    let runs = 0;
    for (let more = true; more; runs += 1) {
      expect(runs).toBeLessThan(20);
      more = (await world.run({ mode: "backfill", window, budget: { pages } })).more;
    }
    expect(world.sends()).toHaveLength(2);
  }
});

test("token: two connections with one token queue, and no limit is overstepped", async () => {
  await using world = await aFlexWorld({
    simulator: { ...twoAccounts(), generationMs: 25_000 },
  });
  const second = await world.connect({ accountRef: "U7654321" });
  const reports = await Promise.all([world.run(), world.run({ connectionId: second })]);
  expect(reports).toMatchObject([{ error: null }, { error: null }]);
  expect(world.simulator.refusals["1018"]).toBeUndefined();
  const steps = world.steps();
  expect(steps.slice(steps.indexOf("SendRequest"), steps.lastIndexOf("SendRequest")).at(-1)).toBe("GetStatement");
  expect(steps.filter((step) => step === "SendRequest")).toHaveLength(2);
});

test("state: statements of any period, in any order, come to one state", async () => {
  await using whole = await aFlexWorld({ simulator: { entries: year } });
  await whole.run();
  await using pieces = await aFlexWorld({ simulator: { entries: year }, policy: { pageRecords: 7 } });
  const months = ["2025-09-01", "2025-04-01", "2025-12-15", "2025-03-03", "2026-01-10", "2025-06-20"];
  for (const month of months) {
    const to = instant(`${month.slice(0, 4)}-${month.slice(5, 7)}-28T12:00:00Z`);
    await pieces.run({ mode: "manual", window: { from: instant(`${month}T12:00:00Z`), to } });
    pieces.clock.advance(60_000);
  }
  expect(await stateOf(pieces.store)).toEqual(await stateOf(whole.store));
});
