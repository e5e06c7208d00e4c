import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FlexCoverage, type FlexPlan, missingDays, nothingCovered, rangesMax } from "../src/flex-coverage.ts";
import {
  addDays,
  type DayRange,
  lengthInDays,
  subtractDays,
  uniteDays,
  uniteWeeks,
  weekdayBefore,
  weekdaysIn,
} from "../src/flex-days.ts";
import {
  type Broker,
  byActivity,
  daysOf,
  type Exchange,
  everyDays,
  obliging,
  plan,
  play,
  range,
  today,
} from "./support/flex-schedule.ts";

// LONG_TESTS=1 is the long run of `.ci/run`.
const isLong = process.env.LONG_TESTS === "1";

const dayNumbers = fc.integer({ min: 0, max: 1_500 });
const someRange = fc
  .tuple(dayNumbers, fc.integer({ min: 0, max: 500 }))
  .map(([start, length]) => range(addDays("2022-01-03", start), addDays("2022-01-03", start + length)));
const periods = fc.constantFrom<FlexPlan["period"]>("saved", "override");

/** What a broker answers in turn, whatever it is asked for. */
const scripts = fc.array(fc.option(fc.array(someRange, { minLength: 1, maxLength: 4 })), {
  minLength: 1,
  maxLength: 12,
});

function scripted(script: readonly (readonly DayRange[] | null)[]): Broker {
  let turn = 0;
  return () => script[turn++ % script.length] ?? null;
}

/** The naive rule of what may be claimed of days that no statement named. */
function isQuiet(day: string, answers: readonly Exchange[]): boolean {
  const isIn = (days: DayRange | null) => days !== null && days.from <= day && day <= days.to;
  const spans = answers.map(({ ask, statements }) => {
    const hull = statements === null ? null : range(least(statements), greatest(statements));
    const named = ask.role === "gap" ? ask.days : null;
    const isBrokenOut = (statements?.length ?? 0) > 1;
    const before = isBrokenOut && hull !== null && named !== null && hull.from >= named.from && hull.to <= named.to;
    return { asked: isIn(ask.days ?? hull), between: isIn(before ? range(named.from, hull.to) : hull) };
  });
  return spans.some(({ between }, index) => between && spans.slice(0, index).some(({ asked }) => asked));
}

const least = (ranges: readonly DayRange[]) => ranges.map(({ from }) => from).sort()[0] ?? "";
const greatest = (ranges: readonly DayRange[]) =>
  ranges
    .map(({ to }) => to)
    .sort()
    .at(-1) ?? "";

test("schedule: whatever the broker leaves out, nothing is claimed without proof, and no covered day is lost", () => {
  fc.assert(
    fc.property(
      periods,
      fc.option(dayNumbers),
      scripts,
      fc.array(someRange, { maxLength: 3 }),
      (period, from, script, before) => {
        const rules = plan({ period, historyFrom: from === null ? null : addDays("2022-01-03", from) });
        const covered = uniteWeeks(subtractDays(uniteDays(before), [range(today, "2099-01-01")]));
        const known = { since: covered[0]?.from ?? null, type: covered[0] ? "AF" : null } as const;
        const { coverage, reported, asks, answers } = play(
          { ...nothingCovered, covered, ...known },
          rules,
          scripted(script),
        );
        const claims = subtractDays(coverage.covered, [...covered, ...reported]);
        const unproved = claims.filter((claim) => lengthInDays(claim) > 4 && !isQuiet(claim.from, answers));
        expect(unproved).toEqual([]);
        expect(subtractDays(covered, coverage.covered)).toEqual([]);
        expect(coverage.covered.every(({ to }) => to < today)).toBe(true);
        expect(asks.every(({ days }) => days === null || (days.from <= days.to && lengthInDays(days) <= 365))).toBe(
          true,
        );
        expect(period === "override" || subtractDays(missingDays(coverage, rules), coverage.absent).length === 0).toBe(
          true,
        );
      },
    ),
  );
});

test("schedule: with a broker that has everything, every day from the wanted first one on is covered in the end", () => {
  fc.assert(
    fc.property(
      periods,
      fc.integer({ min: 1, max: 1_500 }),
      fc.integer({ min: 5, max: 365 }),
      fc.array(someRange, { maxLength: 3 }),
      (period, daysBack, savedDays, before) => {
        const historyFrom = addDays(today, -daysBack);
        const rules = plan({ period, historyFrom });
        const covered = subtractDays(uniteDays(before), [range(addDays(today, -3), "2099-01-01")]);
        const { coverage } = play({ ...nothingCovered, covered, type: "AF" }, rules, obliging({ savedDays }));
        const wanted = range(historyFrom, weekdayBefore(today));
        const left = subtractDays([wanted], coverage.covered).filter((days) => weekdaysIn(days) > 0);
        expect(left).toEqual([]);
      },
    ),
  );
});

describe("bounds", () => {
  // Goal: however many holes a history has and whatever the broker answers, a run ends, and the next one does not begin
  // again. Method: statements of single days, more ranges than a list keeps, answers at random; the bound grows with the
  // years of the history and with nothing else. A day is asked for four times at most: fresh, once more, and both again
  // where newer days follow; two requests in a row span a year less the overlap.
  const years = 26;
  const asksMax = ({ overlapDays }: FlexPlan) => 5 + 8 * Math.ceil((years * 366) / (365 - overlapDays) + 1);
  const anyDay = fc.integer({ min: 0, max: years * 365 }).map((number) => addDays("2000-01-03", number));
  const anyDays = (maxLength: number) =>
    fc.array(anyDay, { maxLength }).map((days) => days.map((day) => range(day, day)));

  test("schedule: every run ends within requests that the years bound, and the one after it asks for less", () => {
    const script = fc.array(fc.option(anyDays(600), { freq: 9 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(periods, fc.option(anyDay), script, anyDays(900), fc.constantFrom(5, 30, 180), (...drawn) => {
        const [period, historyFrom, answers, before, overlapDays] = drawn;
        const rules = plan({ period, historyFrom, overlapDays });
        const covered = uniteWeeks(before.filter(({ to }) => to < today)).slice(-rangesMax);
        const start: FlexCoverage = { ...nothingCovered, covered, since: covered[0]?.from ?? null, type: "AF" };
        const first = play(start, rules, scripted(answers), asksMax(rules));
        const { inVain, absent } = first.coverage;
        for (const list of [first.coverage.covered, inVain, absent]) expect(list.length).toBeLessThanOrEqual(rangesMax);
        const again = play(first.coverage, rules, () => [], 5);
        expect(daysOf(again.asks)).toHaveLength(1);
      }),
      { numRuns: isLong ? 200 : 15 },
    );
  });

  test.each([7, 8, 14])(
    "schedule: ten years with a statement every %i days are read in two requests a year",
    (step) => {
      // The wish begins some days before the account's first fill.
      const rules = plan({ period: "override", historyFrom: "2016-02-20" });
      const days = everyDays(step, range("2016-03-01", today));
      const broker = byActivity(days);
      const first = play(nothingCovered, rules, broker, 25);
      expect(first.asks[0]).toMatchObject({ role: "head", days: { to: "2026-02-27" } });
      const { coverage, gaps } = play(first.coverage, rules, broker, 1);
      expect([...first.gaps, ...gaps]).toEqual([]);
      expect(coverage.covered).toEqual([range("2016-02-20", days.at(-1) ?? "")]);
    },
  );

  test("schedule: ranges beyond the bound are folded into one that is missing and not asked for again", () => {
    const covered = everyDays(9, range("2010-03-01", today)).map((day) => range(day, day));
    const start: FlexCoverage = {
      ...nothingCovered,
      covered: covered.slice(0, rangesMax),
      since: "2010-03-01",
      type: "AF",
    };
    const next = covered.slice(rangesMax, rangesMax + 3);
    const { coverage, gaps } = play(start, plan(), ({ days }) => (days === null ? next : []));
    const folded = range("2010-03-01", covered[2]?.to ?? "");
    expect(coverage.covered).toHaveLength(rangesMax);
    expect(gaps).toContainEqual(folded);
    expect(subtractDays([folded], coverage.absent)).toEqual([]);
    expect(missingDays(coverage, plan()).filter(({ from }) => from <= folded.to)).toEqual([]);
  });
});

describe("ten years", () => {
  // Every day of one year, behind nine years of history.
  const runDays = everyDays(1, range("2025-03-05", today));

  const sample = [
    ["saved", 31, 14],
    ["override", 365, 30],
  ] as const;
  const others = [
    ["saved", 365, 7],
    ["saved", 1, 7],
    ["saved", 31, 60],
    ["override", 365, 7],
    ["override", 365, 45],
  ] as const;

  test.each(isLong ? [...sample, ...others] : sample)(
    "schedule: %s, %i days, a fill every %i days: each one is read the day after, in few requests",
    (...row) => {
      const [period, savedDays, step] = row;
      const active = everyDays(step, range(addDays("2025-03-04", -step * Math.floor(3_280 / step)), today));
      let coverage: FlexCoverage = { ...nothingCovered, type: "AF" };
      let asked = 0;
      for (const now of runDays) {
        const rules = plan({ period, today: now, historyFrom: active[0] ?? null });
        const run = play(coverage, rules, byActivity(active, { now, savedDays }), asked === 0 ? 30 : 6);
        coverage = run.coverage;
        asked += run.asks.length;
        const visible = active.filter((day) => day < now && weekdaysIn(range(day, day)) > 0);
        expect(
          subtractDays(
            visible.map((day) => range(day, day)),
            coverage.covered,
          ),
        ).toEqual([]);
      }
      expect(asked).toBeLessThan(3 * runDays.length);
      expect(coverage.absent).toEqual([]);
      // Of the newest hole nobody knows yet.
      expect(coverage.covered.length).toBeLessThan(3);
    },
  );
});
