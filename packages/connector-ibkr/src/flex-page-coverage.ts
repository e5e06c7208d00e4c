import { instantFromUnixMs } from "@fillbook/core";
import type { HistorySpan, PageCoverage } from "@fillbook/core/connector";
import { type FlexCoverage, type FlexPlan, missingDays } from "./flex-coverage.ts";
import { addDays, type DayRange, subtractDays, uniteDays, weekdaysIn } from "./flex-days.ts";
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
  const covered = withoutWeekends(coverage.covered);
  const asked = [...missing, ...coverage.requested];
  const absent = subtractDays(uniteDays([...coverage.absent, ...inVain]), [...covered, ...asked]).filter(
    (days) => weekdaysIn(days) > 0,
  );
  const told = [...covered, ...asked, ...absent];
  const between = (days: DayRange) => spanBetween(days, { covered, told });
  return {
    covered: covered.map((days) => ({ ...spanOf(days), evidence: "Flex statement" })),
    open: asked.map(between),
    missing: absent.map((days) => ({ ...between(days), reason: "IBKR gave no statement for it", lasting: true })),
  };
}

/** Ranges with no weekday between them are one. */
function withoutWeekends(ranges: readonly DayRange[]): readonly DayRange[] {
  const joints = ranges.slice(1).flatMap((range, index) => {
    const before = ranges[index];
    return before !== undefined && isNext(before, range)
      ? [{ from: addDays(before.to, 1), to: addDays(range.from, -1) }]
      : [];
  });
  return uniteDays([...ranges, ...joints.filter(({ from, to }) => from <= to)]);
}

/** Whether a range begins behind another one, with no weekday between them. */
function isNext(before: DayRange, { from }: DayRange): boolean {
  return before.to < from && weekdaysIn({ from: addDays(before.to, 1), to: addDays(from, -1) }) === 0;
}

/** From the afternoon of covered days right before the range, and to the first moment of any days right behind it. */
function spanBetween(
  days: DayRange,
  { covered, told }: { readonly covered: readonly DayRange[]; readonly told: readonly DayRange[] },
): HistorySpan {
  const before = covered.find((range) => isNext(range, days));
  const [next] = told.filter((range) => isNext(days, range)).sort((left, right) => (left.from < right.from ? -1 : 1));
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
