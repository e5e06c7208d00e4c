import type { Fee } from "../execution.ts";
import { type Closing, closingsOf } from "./fifo-lots.ts";
import { type CurrencyAmount, type FeeTally, sumAmounts, sumFees, tallyFees } from "./fill-tally.ts";
import { localDay } from "./local-day.ts";
import { groupFills, type StatFill, sortFills } from "./stat-fill.ts";

export interface DayOptions {
  /** `UTC` or a name of the IANA database, such as `America/New_York`. @defaultValue "UTC" */
  readonly timeZone?: string;
}

/** One day's closings and fees, and all up to its end. Plain JSON. */
export interface RealizedDay extends FeeTally {
  /** Calendar date in the zone, such as `2026-03-08`. */
  readonly day: string;
  /**
   * What was closed on this day earned, by FIFO within each position as `positions` has them; one entry a currency in
   * which something was closed. Exact, a loss is negative, fees are not in it.
   */
  readonly realized: readonly CurrencyAmount[];
  /** From the first fill to the end of this day. A currency that was there once stays. */
  readonly cumulativeRealized: readonly CurrencyAmount[];
  /** As `cumulativeRealized`; one entry a currency. */
  readonly cumulativeFees: readonly Fee[];
}

/**
 * Realized profit and loss and fees by day, oldest first. Only days with a fill are listed: up to the next one the
 * cumulative amounts stay as they are. A day's lots may have been opened long before, so hand in all fills, not a range.
 *
 * @throws RangeError for an unknown zone, or a fill that is given twice or has a negative quantity.
 */
export function realizedByDay(fills: readonly StatFill[], options: DayOptions = {}): readonly RealizedDay[] {
  const { timeZone = "UTC" } = options;
  const dayOf = localDay(timeZone);
  const sorted = sortFills(fills);
  const days = groupFills(sorted, (fill) => dayOf(fill.executedAt));
  const closings = new Map(closingsOf(sorted).map((closing) => [closing.fill, closing]));
  let cumulativeRealized: readonly CurrencyAmount[] = [];
  let cumulativeFees: readonly Fee[] = [];
  return [...days].map(([day, ofDay]) => {
    const realized = sumAmounts(
      ofDay.flatMap((fill): readonly Closing[] => {
        const closing = closings.get(fill);
        return closing === undefined ? [] : [closing];
      }),
    );
    const tally = tallyFees(ofDay);
    cumulativeRealized = sumAmounts([...cumulativeRealized, ...realized]);
    cumulativeFees = sumFees([...cumulativeFees, ...tally.fees]);
    return { day, realized, ...tally, cumulativeRealized, cumulativeFees };
  });
}
