import { instantFromUnixMs } from "@fillbook/core";
import type { HistorySpan, PageCoverage } from "@fillbook/core/connector";
import { type FlexCoverage, type FlexPlan, missingDays } from "./flex-coverage.ts";
import { addDays, type DayRange, subtractDays, uniteDays, weekdaysIn } from "./flex-days.ts";
import { defaultFlexTimeZone, zonedMs } from "./flex-zone.ts";

/**
 * The days that statements spoke of, as spans of time, and those for which one was asked in vain. A statement's days are trade dates, and the evening in New York is
 * the next one's: so a range ends in the afternoon of its last day.
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
  return {
    covered: covered.map((days) => ({ ...spanOf(days), evidence: "Flex statement" })),
    open: asked.map(spanOf),
    missing: absent.map((days) => ({ ...spanOf(days), reason: "IBKR gave no statement for it", lasting: true })),
  };
}

/** Ranges with no weekday between them are one. */
function withoutWeekends(ranges: readonly DayRange[]): readonly DayRange[] {
  const joints = ranges.slice(1).flatMap(({ from }, index) => {
    const before = ranges[index];
    if (before === undefined) return [];
    const between = { from: addDays(before.to, 1), to: addDays(from, -1) };
    return between.from <= between.to && weekdaysIn(between) === 0 ? [between] : [];
  });
  return uniteDays([...ranges, ...joints]);
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
