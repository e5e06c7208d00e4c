import {
  addDays,
  type Day,
  type DayRange,
  earlierDay,
  hasWeekday,
  lengthInDays,
  subtractDays,
  uniteDays,
  weekdaysIn,
} from "./flex-days.ts";

/** Which days of an account were read. A type and not an interface, so that it is assignable to Json. */
export type FlexCoverage = {
  /** Days of statements that were read to their end. */
  readonly covered: readonly DayRange[];
  /** Days that one answer left out, and that are asked for once more. */
  readonly inVain: readonly DayRange[];
  /** Days of which IBKR gives no statement: they are not asked for again until somebody asks for them. */
  readonly absent: readonly DayRange[];
  /** Days that a run was told to read and that were not answered yet. */
  readonly requested: readonly DayRange[];
  /** The last such days as a whole, and when they were answered; null while they were not. */
  readonly lastRequested: (DayRange & { readonly answeredAtMs: number | null }) | null;
  /** The first day of the first statement: history begins here unless the settings say otherwise. */
  readonly since: Day | null;
  /** Trade confirmations have today's rows, activity statements end before today; null before the first statement. */
  readonly type: "AF" | "TCF" | null;
  /** When the newest statement was read, in milliseconds since 1970. */
  readonly headAtMs: number | null;
};

/** What the answer to an ask made of the coverage. */
export interface FlexAnswered {
  readonly coverage: FlexCoverage;
  /** Days that are not asked for any more although no statement spoke of them. */
  readonly gaps: readonly DayRange[];
}

/** What a plan goes by. */
export interface FlexPlan {
  /** `saved` asks for the period of the query, and by name only for days that it left out. */
  readonly period: "saved" | "override";
  readonly today: Day;
  readonly historyFrom: Day | null;
  readonly overlapDays: number;
}

export const nothingCovered: FlexCoverage = {
  ...{ covered: [], inVain: [], absent: [], requested: [] },
  ...{ lastRequested: null, since: null, type: null, headAtMs: null },
};

/** Days one request may span (IBKR Campus, Flex Web Service, read 2026-05-27). */
export const requestDaysMax = 365;

/** Ranges of a list at most: the oldest ones beyond it are folded, see `folded`. */
export const rangesMax = 200;

/** Weekdays that a saved period may end before today: the day is not finished, or there was a holiday. */
const UNFINISHED_WEEKDAYS_MAX = 2;

/** Days between two statements of one answer that are no hole: with "breakout by day" only trading days have one. */
const HOLIDAYS_MAX = 4;

/** The last day of which there can be a whole statement. */
export function lastWholeDay({ today }: FlexPlan): Day {
  return addDays(today, -1);
}

/** The days that a statement is missing for, oldest first; those without a weekday are none. */
export function missingDays(coverage: FlexCoverage, plan: FlexPlan): readonly DayRange[] {
  const start = plan.historyFrom ?? coverage.since;
  const last = coverage.covered.at(-1);
  if (start === null || (last === undefined && plan.historyFrom === null && coverage.type !== "TCF")) return [];
  const end = endOfWanted(coverage, plan);
  if (end === null || start > end) return [];
  const missing = subtractDays([{ from: start, to: end }], [...coverage.covered, ...coverage.absent]);
  return missing.filter(hasWeekday);
}

// A query with a saved period ends where it ends: only what lies further back than a holiday is missing.
function endOfWanted(coverage: FlexCoverage, plan: FlexPlan): Day | null {
  const whole = lastWholeDay(plan);
  const last = coverage.covered.at(-1);
  if (plan.period === "override" || coverage.type === "TCF") return whole;
  if (last === undefined) return null;
  const behind = { from: addDays(last.to, 1), to: whole };
  return last.to < whole && weekdaysIn(behind) > UNFINISHED_WEEKDAYS_MAX ? whole : last.to;
}

/** The first days of a range, as many as one request may span. */
export function firstRequest({ from, to }: DayRange): DayRange {
  return { from, to: earlierDay(to, addDays(from, requestDaysMax - 1)) };
}

/** The last days of a range, as many as one request may span. */
export function lastRequest(range: DayRange): DayRange {
  return lengthInDays(range) <= requestDaysMax ? range : { ...range, from: addDays(range.to, 1 - requestDaysMax) };
}

/** The days that one whole answer speaks for: what its statements say, no day that is not over, no holes of holidays. */
export function daysOfAnswer(statements: readonly DayRange[], plan: FlexPlan): readonly DayRange[] {
  const whole = lastWholeDay(plan);
  const real = statements.filter(({ from, to }) => from <= to);
  return uniteDays(real, HOLIDAYS_MAX).flatMap(({ from, to }) =>
    from > whole ? [] : [{ from, to: earlierDay(to, whole) }],
  );
}
