import { instantFromUnixMs } from "@fillbook/core";
import type { HistorySpan, PageCoverage } from "@fillbook/core/connector";
import { type FlexCoverage, type FlexPlan, missingDays } from "./flex-coverage.ts";
import { type DayRange, hasWeekday, isNextWeekday, subtractDays, uniteDays, uniteWeeks } from "./flex-days.ts";
import { defaultFlexTimeZone, zonedMs } from "./flex-zone.ts";

/**
 * The days that statements spoke of, as spans of time, and those for which one was asked in vain. A statement's days are
 * trade dates, and the evening in New York is the next one's: so a range of covered days ends in the afternoon of its last
 * day. What is asked for or absent takes the hours between it and its neighbors, or they would look like gaps.
 */
export function flexPageCoverage(
  { coverage, plan }: { readonly coverage: FlexCoverage; readonly plan: FlexPlan },
  inVain: readonly DayRange[],
): PageCoverage {
  const missing = missingDays(coverage, plan);
  const covered = uniteWeeks(coverage.covered);
  const asked = [...missing, ...coverage.requested];
  const absent = subtractDays(uniteDays([...coverage.absent, ...inVain]), [...covered, ...asked]).filter(hasWeekday);
  const told = [...covered, ...asked, ...absent];
  const between = (days: DayRange) => spanBetween(days, { covered, told });
  return {
    covered: covered.map((days) => ({ ...spanOf(days), evidence: "Flex statement" })),
    open: asked.map(between),
    missing: absent.map((days) => ({ ...between(days), reason: "IBKR gave no statement for it", lasting: true })),
  };
}

/** From the afternoon of covered days right before the range, and to the first moment of any days right behind it. */
function spanBetween(
  days: DayRange,
  { covered, told }: { readonly covered: readonly DayRange[]; readonly told: readonly DayRange[] },
): HistorySpan {
  const before = covered.find((range) => isNextWeekday(range, days));
  const [next] = told
    .filter((range) => isNextWeekday(days, range))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
  const { from, to } = spanOf(days);
  return {
    from: before === undefined ? from : spanOf(before).to,
    to: next === undefined ? to : spanOf(next).from,
  };
}

/** New York's last hour of a trade date: futures begin the next one in the evening. */
const CLOSING_HOUR = 16;

function spanOf({ from, to }: DayRange): HistorySpan {
  return { from: momentOf(from, 0), to: momentOf(to, CLOSING_HOUR) };
}

function momentOf(day: string, hour: number): HistorySpan["from"] {
  const wallMs = Date.parse(`${day}T${String(hour).padStart(2, "0")}:00:00Z`);
  // Neither hour is ever left out by a clock that is put forward.
  return instantFromUnixMs(zonedMs(wallMs, defaultFlexTimeZone) ?? wallMs);
}
