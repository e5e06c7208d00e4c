import { simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { addDays, newYorkDay } from "../src/flex-days.ts";
import { makeFill } from "../src/simulator/make-fill.ts";
import { expectSameBook } from "./support/ibkr-flex-oracle.ts";
import { aFlexWorld, DAY_MS } from "./support/ibkr-flex-world.ts";

// LONG_TESTS=1 is the long run of `.ci/run`.
const RUN_DAYS = process.env.LONG_TESTS === "1" ? 16 : 11;

/** A fill on every Tuesday of ten years; the last ones are in the future of a clock that stands at the beginning of March. */
const tuesdays = Array.from({ length: 523 }, (_, week) => Date.parse(`${addDays("2016-03-08", 7 * week)}T16:00:00Z`));
const entries = tuesdays.map((atMs, week) => {
  const order = { permanentId: String(938_000_000 + week), brokerageOrderId: null, placedAtMs: atMs };
  const facts = { instrument: simulatedInstruments.spy, side: "buy", quantity: "1", price: "600", order } as const;
  return makeFill({ ...facts, atMs }, { row: 4_700_000_000 + week, nowMs: atMs, accountId: "U1234567" });
});

// Goal: for a weekly trader with ten years of history, every fill is in the inbox after the first run that could show it,
// in few requests, and a day without a fill is no gap. Method: a run a day of virtual time, with a query that has
// no statement for such days.
test.each([
  { period: "override", historyFrom: "2016-03-01" },
  { period: "saved", historyFrom: "2016-03-01" },
] as const)("schedule: ten years of a weekly trader, by the $period period", async (settings) => {
  const queries = [{ type: "AF", breakoutByDay: true, quietDays: "left-out" }] as const;
  await using world = await aFlexWorld({ simulator: { entries, queries }, settings });
  for (let day = 0; day < RUN_DAYS; day += 1) {
    const before = world.sends().length;
    expect(await world.run()).toMatchObject({ status: "succeeded", error: null, more: false });
    const visible = entries.filter(({ reportDay }) => reportDay < newYorkDay(world.clock.now()));
    const stored = new Set((await world.executions()).map(({ executionId }) => executionId));
    expect(visible.filter(({ execId }) => execId !== null && !stored.has(execId))).toEqual([]);
    expect(world.sends().length - before).toBeLessThanOrEqual(day === 0 ? 25 : 3);
    world.clock.advance(DAY_MS);
  }
  await expectSameBook(world);
  expect(await world.problems()).toEqual([]);
});
