import type { PageCoverage } from "@fillbook/core/connector";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coverageAfter, gapsOf, nothingCovered as nothingRead } from "../../core/src/coverage.ts";
import { type FlexCoverage, type FlexPlan, nothingCovered } from "../src/flex-coverage.ts";
import { addDays, type DayRange, lengthInDays, subtractDays, uniteDays, weekdaysIn } from "../src/flex-days.ts";
import { flexPageCoverage } from "../src/flex-page-coverage.ts";

const plan: FlexPlan = { period: "override", today: "2026-03-23", historyFrom: null, overlapDays: 30 };
const range = (from: string, to: string): DayRange => ({ from, to });
const gapsIn = (page: PageCoverage) => gapsOf(coverageAfter(nothingRead, page));
const told = (changes: Partial<FlexCoverage>) =>
  flexPageCoverage({ coverage: { ...nothingCovered, ...changes }, plan }, []);

/** Two weeks that are covered, and the days between them. */
const covered = [range("2026-03-02", "2026-03-06"), range("2026-03-16", "2026-03-20")];
const between = range("2026-03-07", "2026-03-15");

test("coverage: days without a statement are one gap, with the hours between them and their neighbors", () => {
  expect(gapsIn(told({ covered, absent: [between] }))).toEqual([
    {
      from: "2026-03-06T21:00:00.000000Z",
      to: "2026-03-16T04:00:00.000000Z",
      ...{ reason: "IBKR gave no statement for it", lasting: true },
    },
  ]);
});

test("coverage: days that are asked for are no gap, nor are the hours between them and their neighbors", () => {
  expect(gapsIn(told({ covered, requested: [between] }))).toEqual([]);
  expect(gapsIn(told({ covered, since: "2026-03-02" }))).toEqual([]);
  const halves = { requested: [range("2026-03-09", "2026-03-10")], absent: [range("2026-03-11", "2026-03-13")] };
  expect(gapsIn(told({ covered, ...halves }))).toMatchObject([
    { from: "2026-03-11T04:00:00.000000Z", to: "2026-03-16T04:00:00.000000Z", lasting: true },
  ]);
});

test("coverage: covered days claim no evening, which is of the next day's statement", () => {
  const { covered: claimed } = told({ covered, absent: [between] });
  expect(claimed.map(({ to }) => to)).toEqual(["2026-03-06T21:00:00.000000Z", "2026-03-20T20:00:00.000000Z"]);
});

const someRange = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }))
  .map(([start, length]) => range(addDays("2026-02-09", start), addDays("2026-02-09", start + length)));
const someRanges = fc.array(someRange, { maxLength: 5 }).map((ranges) => uniteDays(ranges));

/** The weekdays of a gap; its evenings belong to the day after them, and a morning that ends it is none. */
function tradeDates({ from, to }: { readonly from: string; readonly to: string }): readonly string[] {
  const first = addDays(from.slice(0, 10), from.slice(11, 13) >= "20" ? 1 : 0);
  const last = addDays(to.slice(0, 10), to.slice(11, 13) >= "20" ? 0 : -1);
  const days = { from: first, to: last };
  const all = Array.from({ length: Math.max(0, lengthInDays(days)) }, (_, index) => addDays(first, index));
  return all.filter((day) => weekdaysIn(range(day, day)) > 0);
}

test("coverage: gaps are of days without a statement and of days that nobody named, and of nothing else", () => {
  fc.assert(
    fc.property(
      fc.record({ covered: someRanges, requested: someRanges, absent: someRanges }),
      someRanges,
      fc.constantFrom(null, "2026-02-09"),
      (days, inVain, since) => {
        const absent = subtractDays(days.absent, days.covered);
        const coverage = { ...nothingCovered, ...days, absent, since };
        const gaps = gapsIn(flexPageCoverage({ coverage, plan }, inVain));
        const named = [...days.covered, ...days.requested];
        for (const gap of gaps) {
          const dates = tradeDates(gap);
          expect(dates.length).toBeGreaterThan(0);
          expect(dates.filter((day) => subtractDays([range(day, day)], named).length === 0)).toEqual([]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
