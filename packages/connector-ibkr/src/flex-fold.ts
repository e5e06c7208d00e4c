import { type FlexAnswered, rangesMax } from "./flex-coverage.ts";
import { type DayRange, uniteDays } from "./flex-days.ts";

/**
 * Holds the lists to their length. The oldest ranges become days that are not asked for again, and are reported as
 * missing: were they forgotten, they would be missing again, and the reading would never end.
 */
export function folded({ coverage, gaps }: FlexAnswered): FlexAnswered {
  const read = surplus(coverage.covered);
  const doubted = surplus(coverage.inVain);
  const lost = [...hull(read), ...doubted];
  const absent = uniteDays([...coverage.absent, ...lost]);
  const oldest = surplus(absent, 1);
  return {
    coverage: {
      ...coverage,
      covered: coverage.covered.slice(read.length),
      inVain: coverage.inVain.slice(doubted.length),
      absent: [...hull(oldest), ...absent.slice(oldest.length)],
    },
    gaps: [...gaps, ...lost],
  };
}

/** The oldest ranges of a list that is too long. */
function surplus(ranges: readonly DayRange[], more = 0): readonly DayRange[] {
  return ranges.length <= rangesMax ? [] : ranges.slice(0, ranges.length - rangesMax + more);
}

function hull(ranges: readonly DayRange[]): readonly DayRange[] {
  const [first] = ranges;
  const last = ranges.at(-1);
  return first === undefined || last === undefined ? [] : [{ from: first.from, to: last.to }];
}
