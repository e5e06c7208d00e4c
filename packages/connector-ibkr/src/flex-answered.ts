import { daysOfAnswer, type FlexAnswered, type FlexCoverage, type FlexPlan, lastWholeDay } from "./flex-coverage.ts";
import {
  addDays,
  type DayRange,
  earlierDay,
  hasWeekday,
  laterDay,
  sharedDays,
  subtractDays,
  uniteDays,
  uniteWeeks,
} from "./flex-days.ts";
import { folded } from "./flex-fold.ts";
import type { FlexAsk } from "./flex-windows.ts";

/** An answer that was read to its end. */
export interface FlexReadAnswer {
  readonly ask: FlexAsk;
  /** Of this account, as the statements say them. */
  readonly statements: readonly DayRange[];
  /** Whether each of them is of a single day. */
  readonly byDay: boolean;
  readonly rows: number;
  readonly type: "AF" | "TCF";
  readonly atMs: number;
}

/**
 * Takes in an answer that was read to its end. It covers the days that its statements spoke of, and those between them that
 * an earlier answer left out as well: with "breakout by day" some accounts get no statement for a day without activity.
 * Whatever else it left out is asked for once more; the second time it is given up.
 */
export function answered(coverage: FlexCoverage, answer: FlexReadAnswer, plan: FlexPlan): FlexAnswered {
  const reported = believedDays(coverage, answer, plan);
  const between = spanBetween(reported, answer);
  const quiet = between === null ? [] : quietDays(coverage, reported, between);
  const days = [...reported, ...quiet];
  const from = answer.statements.map((statement) => statement.from).toSorted()[0] ?? null;
  const next: FlexCoverage = {
    covered: uniteWeeks([...coverage.covered, ...days]),
    inVain: subtractDays(coverage.inVain, days),
    absent: subtractDays(coverage.absent, days),
    ...requestedLeft(coverage, answer),
    since: from === null || (coverage.since !== null && coverage.since < from) ? coverage.since : from,
    type: answer.type,
    headAtMs: answer.ask.role === "head" ? answer.atMs : coverage.headAtMs,
  };
  const { coverage: left, gaps } = leftOut(next, answer.ask, { between, reported, byDay: answer.byDay, plan });
  return folded({ coverage: reopened(left, coverage), gaps });
}

/** Takes in that IBKR has no statement for an ask. */
export function unanswered(
  coverage: FlexCoverage,
  { ask, atMs }: { readonly ask: FlexAsk; readonly atMs: number },
): FlexAnswered {
  const headAtMs = ask.role === "head" ? atMs : coverage.headAtMs;
  if (ask.days === null || ask.role === "head") return { coverage: { ...coverage, headAtMs }, gaps: [] };
  const gaps = subtractDays([ask.days], coverage.covered).filter(hasWeekday);
  return folded({ coverage: givenUp({ ...coverage, ...requestedLeft(coverage, { ask, atMs }) }, gaps), gaps });
}

function believedDays(coverage: FlexCoverage, { statements, rows, type }: FlexReadAnswer, plan: FlexPlan) {
  // While no row was ever seen, an empty statement may as well come from a query without trades.
  const doubtful = rows === 0 && coverage.covered.length === 0 && type === "AF";
  return doubtful ? [] : daysOfAnswer(statements, plan);
}

/**
 * What an answer speaks of: from its first day to its last one, as far as it was asked for them. One that is broken out by day
 * and kept to the days that were named also speaks of those before its first.
 */
function spanBetween(
  reported: readonly DayRange[],
  { ask: { role, days }, statements, byDay }: FlexReadAnswer,
): DayRange | null {
  const [first] = reported;
  const last = reported.at(-1);
  if (first === undefined || last === undefined) return null;
  if (days === null) return { from: first.from, to: last.to };
  const isBrokenOut = byDay && statements.length > 1;
  const isKept = role === "gap" && isBrokenOut && first.from >= days.from && last.to <= days.to;
  const from = isKept ? days.from : laterDay(first.from, days.from);
  const to = earlierDay(last.to, days.to);
  return from <= to ? { from, to } : null;
}

/** Holes of an answer that an earlier one left out as well, whole: so the next answer has statements on both sides of any other hole. */
function quietDays(coverage: FlexCoverage, reported: readonly DayRange[], between: DayRange): readonly DayRange[] {
  const holes = subtractDays([between], [...coverage.covered, ...reported]);
  const known = [...coverage.inVain, ...coverage.absent];
  return holes.filter((hole) => !subtractDays([hole], known).some(hasWeekday));
}

function requestedLeft(
  { requested, lastRequested }: FlexCoverage,
  { ask: { days }, atMs }: { readonly ask: FlexAsk; readonly atMs: number },
): Pick<FlexCoverage, "requested" | "lastRequested"> {
  const left = days === null ? requested : subtractDays(requested, [days]);
  const ended = requested.length > 0 && left.length === 0 && lastRequested !== null;
  return { requested: left, lastRequested: ended ? { ...lastRequested, answeredAtMs: atMs } : lastRequested };
}

interface Answer {
  readonly between: DayRange | null;
  readonly reported: readonly DayRange[];
  readonly byDay: boolean;
  readonly plan: FlexPlan;
}

function leftOut(coverage: FlexCoverage, ask: FlexAsk, answer: Answer): FlexAnswered {
  const { between } = answer;
  const wanted = wantedDays(coverage, ask, answer);
  const left = subtractDays(wanted, [...coverage.covered, ...coverage.absent]).filter(hasWeekday);
  const inner = between === null ? [] : sharedDays(left, between);
  const again = [...inner, ...hopefulDays(left, ask, { coverage, answer })];
  const next = { ...coverage, inVain: uniteDays([...coverage.inVain, ...again]) };
  if (ask.role === "requested") return { coverage: next, gaps: left };
  const over = subtractDays(left, again);
  return { coverage: givenUp(next, over), gaps: over };
}

/**
 * Days outside of what an answer spoke of that stay wanted. The head names none for their own sake. Beside a saved period days are named once, since some accounts
 * answer that late or not at all; but those behind an answer's last day may stand before the next one's first, and behind the
 * newest day nobody knows yet what was quiet.
 */
function hopefulDays(
  left: readonly DayRange[],
  { role, days }: FlexAsk,
  { coverage, answer }: { readonly coverage: FlexCoverage; readonly answer: Answer },
): readonly DayRange[] {
  if (role === "requested" || days === null) return [];
  if (role === "head") return left;
  const fresh = subtractDays(left, coverage.inVain);
  if (answer.plan.period === "override") return fresh;
  if (answer.between === null) return [];
  const behind = { from: answer.between.to, to: days.to };
  if (days.to < lastWholeDay(answer.plan)) return sharedDays(fresh, behind);
  return answer.byDay ? sharedDays(left, behind) : [];
}

/** The days that an answer should have spoken of: those before today may be unfinished, for the newest ones. */
function wantedDays(coverage: FlexCoverage, { role, days }: FlexAsk, answer: Answer): readonly DayRange[] {
  const { between, reported, plan } = answer;
  if (days !== null && role !== "head") return [days];
  const start = plan.historyFrom ?? coverage.since;
  const last = reported.at(-1);
  if (start === null || last === undefined) return [];
  // What the saved period leaves out at its ends is asked for by name next.
  const asked = days ?? between;
  return asked === null ? [] : sharedDays([asked], { from: start, to: last.to });
}

function givenUp(coverage: FlexCoverage, days: readonly DayRange[]): FlexCoverage {
  const absent = uniteDays([...coverage.absent, ...days]);
  return { ...coverage, absent, inVain: subtractDays(coverage.inVain, days) };
}

/** Days that were given up while nothing newer was known are asked for once more, with covered days on both sides. */
function reopened(coverage: FlexCoverage, before: FlexCoverage): FlexCoverage {
  const known = before.covered.at(-1);
  const last = coverage.covered.at(-1);
  if (known === undefined || last === undefined) return coverage;
  const closed = sharedDays(coverage.absent, { from: addDays(known.to, 1), to: last.to });
  return {
    ...coverage,
    absent: subtractDays(coverage.absent, closed),
    inVain: uniteDays([...coverage.inVain, ...closed]),
  };
}
