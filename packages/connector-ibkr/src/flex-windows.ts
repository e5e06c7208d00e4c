import {
  type FlexCoverage,
  type FlexPlan,
  firstRequest,
  lastRequest,
  missingDays,
  requestDaysMax,
} from "./flex-coverage.ts";
import { addDays, type DayRange, earlierDay, hasWeekday, laterDay, subtractDays, weekdayBefore } from "./flex-days.ts";

/** One statement to ask for. A type and not an interface, so that it is assignable to Json. */
export type FlexAsk = {
  /** `head` has what is new, `gap` what is missing, `requested` what a run was told to read. */
  readonly role: "head" | "gap" | "requested";
  /** null asks for the period that is saved with the query. */
  readonly days: DayRange | null;
  /** How often the last day was taken off because there was no statement yet. */
  readonly shrunk: number;
};

/** Weekdays taken off a request for the newest days before it is given up. */
const SHRUNK_MAX = 3;

/**
 * The next statement to ask for; null when nothing is left. The newest days come first, whatever the history needs; then
 * missing days, oldest first.
 */
export function nextAsk(
  coverage: FlexCoverage,
  plan: FlexPlan,
  { headDue }: { readonly headDue: boolean },
): FlexAsk | null {
  if (headDue) return headAsk(coverage, plan);
  const [requested] = coverage.requested;
  return gapAsk(coverage, plan) ?? (requested === undefined ? null : ask("requested", firstRequest(requested)));
}

/** What to ask for after "statement is not available"; null when there is nothing else to try. */
export function askAfterNoData({ role, days, shrunk }: FlexAsk): FlexAsk | null {
  if (role !== "head" || days === null) return null;
  const to = weekdayBefore(days.to);
  if (shrunk < SHRUNK_MAX && to >= days.from) return { role, days: { from: days.from, to }, shrunk: shrunk + 1 };
  return { role, days: null, shrunk };
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
  return gapDays(coverage, plan).length > 0 ? coverage : { ...coverage, absent: [], inVain: [] };
}

function ask(role: FlexAsk["role"], days: DayRange): FlexAsk {
  return { role, days, shrunk: 0 };
}

/** The newest days, by the period that is saved with the query. */
export const savedHead: FlexAsk = { role: "head", days: null, shrunk: 0 };

function headAsk(coverage: FlexCoverage, plan: FlexPlan): FlexAsk {
  if (plan.period === "saved") return savedHead;
  const to = coverage.type === "TCF" ? plan.today : weekdayBefore(plan.today);
  const last = coverage.covered.at(-1);
  const start = plan.historyFrom ?? coverage.since;
  const overlapped = last === undefined ? start : addDays(last.to, 1 - plan.overlapDays);
  const from = earlierDay(overlapped ?? addDays(to, 1 - requestDaysMax), addDays(to, 1 - plan.overlapDays));
  return ask("head", lastRequest({ from: earlierDay(to, laterDay(from, plan.historyFrom ?? from)), to }));
}

/** Missing days that must be asked for by name: the head's own requests will have the newest ones. */
function gapDays(coverage: FlexCoverage, plan: FlexPlan): readonly DayRange[] {
  const { days: newest } = headAsk(coverage, plan);
  const missing = missingDays(coverage, plan);
  if (newest !== null) return missing.filter(({ from }) => from < newest.from);
  // Days behind the last statement that an answer left out wait for a newer one.
  const last = coverage.covered.at(-1)?.to ?? "";
  return missing.filter((range) => range.from < last || subtractDays([range], coverage.inVain).some(hasWeekday));
}

/**
 * As many missing days as one request may span, with a covered day on both sides: only an answer that speaks of days
 * before and after a hole says that nothing happened in it. A hole that does not fit is left to the next request.
 */
function gapAsk(coverage: FlexCoverage, plan: FlexPlan): FlexAsk | null {
  const missing = gapDays(coverage, plan);
  const [first] = missing;
  if (first === undefined) return null;
  const from = overlapped(first, coverage, plan);
  const limit = addDays(from, requestDaysMax - 1);
  const last = missing.findLast(({ to }) => to < limit);
  if (last === undefined) return ask("gap", { from, to: earlierDay(first.to, limit) });
  const after = addDays(last.to, 1);
  const isClosed = coverage.covered.some((range) => range.from === after);
  return ask("gap", { from, to: isClosed ? after : last.to });
}

// Cancels come late: a window that follows covered days reads some of them again.
function overlapped({ from }: DayRange, { covered }: FlexCoverage, { overlapDays }: FlexPlan): string {
  const before = covered.find((range) => addDays(range.to, 1) === from);
  return before === undefined ? from : laterDay(before.from, addDays(from, -overlapDays));
}
