import {
  daysOfAnswer,
  type FlexCoverage,
  type FlexPlan,
  firstRequest,
  lastRequest,
  missingDays,
  rangesMax,
  requestDaysMax,
} from "./flex-coverage.ts";
import {
  addDays,
  type DayRange,
  earlierDay,
  laterDay,
  sharedDays,
  subtractDays,
  uniteDays,
  weekdayBefore,
  weekdaysIn,
} from "./flex-days.ts";

/** One statement to ask for. A type and not an interface, so that it is assignable to Json. */
export type FlexAsk = {
  /** `head` has what is new, `gap` what is missing, `requested` what a run was told to read. */
  readonly role: "head" | "gap" | "requested";
  /** null asks for the period that is saved with the query. */
  readonly days: DayRange | null;
  /** How often the last day was taken off because there was no statement yet. */
  readonly shrunk: number;
};

/** What the answer to an ask made of the coverage. */
export interface FlexAnswered {
  readonly coverage: FlexCoverage;
  /** Days that are not asked for any more although no statement spoke of them. */
  readonly gaps: readonly DayRange[];
}

/** Weekdays taken off a request for the newest days before it is given up. */
const SHRUNK_MAX = 3;

/** The next statement to ask for; null when nothing is left. Missing days come oldest first. */
export function nextAsk(
  coverage: FlexCoverage,
  plan: FlexPlan,
  { headDue }: { readonly headDue: boolean },
): FlexAsk | null {
  const [requested] = coverage.requested;
  const head = headAsk(coverage, plan);
  if (headDue && plan.period === "saved") return head;
  const missing = missingDays(coverage, plan).filter((range) => !isTrailing(range, head));
  const fresh = missing.flatMap((range) => subtractDays([range], coverage.inVain)).filter(hasWeekday);
  if (fresh[0] !== undefined) return ask("gap", firstRequest(withOverlap(fresh[0], coverage, plan)));
  if (headDue) return head;
  if (requested !== undefined) return ask("requested", firstRequest(requested));
  return missing[0] === undefined ? null : ask("gap", firstRequest(missing[0]));
}

/** What to ask for after "statement is not available"; null when there is nothing else to try. */
export function askAfterNoData({ role, days, shrunk }: FlexAsk): FlexAsk | null {
  if (role !== "head" || days === null) return null;
  const to = weekdayBefore(days.to);
  if (shrunk < SHRUNK_MAX && to >= days.from) return { role, days: { from: days.from, to }, shrunk: shrunk + 1 };
  return { role, days: null, shrunk };
}

/** Takes in an answer that was read to its end. Nothing is covered that its statements did not speak of. */
export function answered(
  coverage: FlexCoverage,
  answer: {
    readonly ask: FlexAsk;
    /** Of this account, as the statements say them. */
    readonly statements: readonly DayRange[];
    readonly rows: number;
    readonly type: "AF" | "TCF";
    readonly atMs: number;
  },
  plan: FlexPlan,
): FlexAnswered {
  const told = daysOfAnswer(answer.statements, plan);
  // While no row was ever seen, an empty statement may as well come from a query without trades.
  const doubtful = answer.rows === 0 && coverage.covered.length === 0 && answer.type === "AF";
  const days = doubtful ? [] : told;
  const from = answer.statements.map((statement) => statement.from).toSorted()[0] ?? null;
  const next: FlexCoverage = {
    covered: uniteDays([...coverage.covered, ...days]).slice(-rangesMax),
    inVain: subtractDays(coverage.inVain, days),
    absent: subtractDays(coverage.absent, days),
    ...requestedLeft(coverage, answer),
    since: from === null || (coverage.since !== null && coverage.since < from) ? coverage.since : from,
    type: answer.type,
    headAtMs: answer.ask.role === "head" ? answer.atMs : coverage.headAtMs,
  };
  return withoutAnswer(next, answer.ask, { days, plan });
}

/** Takes in that IBKR has no statement for an ask. */
export function unanswered(
  coverage: FlexCoverage,
  { ask, atMs }: { readonly ask: FlexAsk; readonly atMs: number },
): FlexAnswered {
  const headAtMs = ask.role === "head" ? atMs : coverage.headAtMs;
  if (ask.days === null || ask.role === "head") return { coverage: { ...coverage, headAtMs }, gaps: [] };
  const gaps = subtractDays([ask.days], coverage.covered).filter(hasWeekday);
  return { coverage: givenUp({ ...coverage, ...requestedLeft(coverage, { ask, atMs }) }, gaps), gaps };
}

/**
 * Takes in the days that a run was told to read. An older order that is not finished goes first, and one that was
 * answered a moment ago is the same order, given again by a host that runs until there is no more.
 */
export function openRequested(
  coverage: FlexCoverage,
  days: DayRange | null,
  { nowMs, againMs }: { readonly nowMs: number; readonly againMs: number },
): FlexCoverage {
  if (days === null || days.from > days.to || coverage.requested.length > 0) return coverage;
  const { from, to, answeredAtMs } = coverage.lastRequested ?? { from: null, to: null, answeredAtMs: null };
  const isSame = from === days.from && to === days.to;
  if (isSame && answeredAtMs !== null && Math.abs(nowMs - answeredAtMs) < againMs) return coverage;
  return { ...coverage, requested: [days], lastRequested: { ...days, answeredAtMs: null } };
}

/** Takes back what was given up, once nothing else is missing: somebody asked for all of history. */
export function reopenAbsent(coverage: FlexCoverage, plan: FlexPlan): FlexCoverage {
  return missingDays(coverage, plan).length > 0 ? coverage : { ...coverage, absent: [], inVain: [] };
}

function requestedLeft(
  { requested, lastRequested }: FlexCoverage,
  { ask: { days }, atMs }: { readonly ask: FlexAsk; readonly atMs: number },
): Pick<FlexCoverage, "requested" | "lastRequested"> {
  const left = days === null ? requested : subtractDays(requested, [days]);
  const ended = requested.length > 0 && left.length === 0 && lastRequested !== null;
  return { requested: left, lastRequested: ended ? { ...lastRequested, answeredAtMs: atMs } : lastRequested };
}

function ask(role: FlexAsk["role"], days: DayRange): FlexAsk {
  return { role, days, shrunk: 0 };
}

function hasWeekday(range: DayRange): boolean {
  return weekdaysIn(range) > 0;
}

function headAsk(coverage: FlexCoverage, plan: FlexPlan): FlexAsk {
  if (plan.period === "saved") return { role: "head", days: null, shrunk: 0 };
  const to = coverage.type === "TCF" ? plan.today : weekdayBefore(plan.today);
  const last = coverage.covered.at(-1);
  const start = plan.historyFrom ?? coverage.since;
  const overlapped = last === undefined ? start : addDays(last.to, 1 - plan.overlapDays);
  const from = earlierDay(overlapped ?? addDays(to, 1 - requestDaysMax), addDays(to, 1 - plan.overlapDays));
  return ask("head", lastRequest({ from: earlierDay(to, laterDay(from, plan.historyFrom ?? from)), to }));
}

/** True for missing days that the head's own request will have. */
function isTrailing({ from }: DayRange, { days }: FlexAsk): boolean {
  return days !== null && from >= days.from;
}

// Cancels come late: a window that follows covered days reads some of them again.
function withOverlap({ from, to }: DayRange, { covered }: FlexCoverage, { overlapDays }: FlexPlan): DayRange {
  const before = covered.find((range) => addDays(range.to, 1) === from);
  return before === undefined ? { from, to } : { from: laterDay(before.from, addDays(from, -overlapDays)), to };
}

function withoutAnswer(
  coverage: FlexCoverage,
  { role, days }: FlexAsk,
  told: { readonly days: readonly DayRange[]; readonly plan: FlexPlan },
): FlexAnswered {
  const { plan } = told;
  // What the saved period leaves out is asked for by name next.
  if (days === null) return { coverage, gaps: [] };
  const left = subtractDays([days], coverage.covered).filter(hasWeekday);
  if (role === "requested") return { coverage, gaps: left };
  if (role === "gap") return gapLeft(coverage, left, plan);
  const last = told.days.at(-1);
  const start = plan.historyFrom ?? coverage.since;
  if (last === undefined || start === null) return { coverage, gaps: [] };
  const behind = sharedDays(left, { from: start, to: last.to }).filter(hasWeekday);
  return gapLeft(coverage, behind, plan);
}

/** Days that an answer left out are asked for once more; the second time they are given up. */
function gapLeft(coverage: FlexCoverage, left: readonly DayRange[], plan: FlexPlan): FlexAnswered {
  const again = plan.period === "saved" ? [] : subtractDays(left, coverage.inVain);
  const over = subtractDays(left, again);
  const inVain = uniteDays([...coverage.inVain, ...again]).slice(-rangesMax);
  return { coverage: givenUp({ ...coverage, inVain }, over), gaps: over };
}

function givenUp(coverage: FlexCoverage, days: readonly DayRange[]): FlexCoverage {
  const absent = uniteDays([...coverage.absent, ...days]).slice(-rangesMax);
  return { ...coverage, absent, inVain: subtractDays(coverage.inVain, days) };
}
