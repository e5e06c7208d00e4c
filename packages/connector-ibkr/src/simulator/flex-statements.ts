import { addDays, isBusinessDay } from "./calendar-day.ts";
import { easternTime } from "./eastern-time.ts";
import type { FlexRange } from "./flex-range.ts";
import type { FlexStatementSource } from "./flex-rows.ts";
import type { SimulatedAccount } from "./ibkr-simulator.ts";
import type { SimulatedEntry } from "./simulated-fill.ts";
import type { FlexReference, SimulatorState } from "./simulator-state.ts";

/** The statements of a reference: one for each account, or for each account and business day, or one for all. */
export function flexStatements(
  state: SimulatorState,
  reference: FlexReference,
  range: Extract<FlexRange, { kind: "days" }>,
): readonly FlexStatementSource[] {
  const { query } = reference;
  const accounts = state.accounts.filter(({ accountId }) => query.accounts?.includes(accountId) ?? true);
  const visible = visibleEntries(state, reference);
  const days = query.breakoutByDay ? businessDays(range) : [range];
  const statementOf = (account: SimulatedAccount, ids: readonly string[], day: { fromDay: string; toDay: string }) => ({
    account,
    fromDay: day.fromDay,
    toDay: day.toDay,
    period: range.period,
    entries: visible.filter(
      (entry) => ids.includes(entry.accountId) && entry.reportDay >= day.fromDay && entry.reportDay <= day.toDay,
    ),
  });
  const [first] = accounts;
  if (query.consolidated && first !== undefined) {
    const ids = accounts.map(({ accountId }) => accountId);
    return days.map((day) => statementOf(first, ids, day));
  }
  const statements = accounts.flatMap((account) => days.map((day) => statementOf(account, [account.accountId], day)));
  const isLeftOut = query.breakoutByDay && query.quietDays === "left-out";
  return isLeftOut ? statements.filter(({ entries }) => entries.length > 0) : statements;
}

/** Activity shows finished days; confirmations show a row some minutes after it was booked. */
function visibleEntries(state: SimulatorState, { query, requestedMs, entriesCount }: FlexReference) {
  const today = easternTime(requestedMs).day;
  const delayMs = query.type === "TCF" ? state.options.confirmDelayMs : 0;
  const isVisible = (entry: SimulatedEntry) =>
    entry.bookedAtMs + delayMs <= requestedMs && (query.type === "TCF" || entry.reportDay < today);
  return state.book.entries.slice(0, entriesCount).filter(isVisible);
}

function businessDays({ fromDay, toDay }: { readonly fromDay: string; readonly toDay: string }) {
  const days: { readonly fromDay: string; readonly toDay: string }[] = [];
  for (let day = fromDay; day <= toDay; day = addDays(day, 1)) {
    if (isBusinessDay(day)) days.push({ fromDay: day, toDay: day });
  }
  return days;
}
