import { type Decimal, multiplyDecimals, subtractDecimal, sumDecimals, ZERO } from "../decimal.ts";
import type { Instrument } from "../execution.ts";
import { averageCost, fillAtAverage, flatAtAverage, realizedAtAverage } from "./average-cost.ts";
import { fifoLots, multiplierOf, type OpenLot, positionKey } from "./fifo-lots.ts";
import { type FillTally, tallyFills } from "./fill-tally.ts";
import { compareTexts, groupFills, type StatFill, sortFills } from "./stat-fill.ts";

/**
 * What the fills of one instrument, account, multiplier and currency come to. Plain JSON. Exact amounts may have up to 54
 * digits after the point, more than `decimal()` reads.
 */
export interface Position extends FillTally {
  /** As the fills were given it; from a book it is `kind/instrumentKey`. */
  readonly instrumentKey: string;
  /** As the fills were given it; null for all accounts as one. */
  readonly account: string | null;
  /** As the latest fill tells it. */
  readonly instrument: Instrument;
  /** Of the amounts below; null while unknown. */
  readonly currency: string | null;
  /** One where the instrument has none. */
  readonly multiplier: Decimal;
  /** Bought less sold: negative when short, "0" when flat. A fee taken in what was traded is not subtracted. */
  readonly quantity: Decimal;
  /**
   * Average price of the open quantity, without multiplier and fees; null when flat. Closing keeps it, and a fill that
   * turns the position around starts it anew at its own price. Rounded half to even at 18 significant digits.
   */
  readonly averageCost: Decimal | null;
  /** What is open by FIFO, oldest first. Their quantities sum up to `quantity`. */
  readonly lots: readonly OpenLot[];
  /**
   * Price difference times quantity times multiplier of all that was closed, at average cost; a loss is negative, fees
   * are not in it. Exact when flat and wherever it has at most 54 digits after the point, else rounded once as
   * `averageCost` is.
   */
  readonly realizedAverage: Decimal;
  /** The same with the oldest lot closed first; always exact. Equal to `realizedAverage` when flat. */
  readonly realizedFifo: Decimal;
}

/**
 * Positions of fills, by instrument key, account, currency and multiplier; a flat one is among them.
 * Any order of the fills has the same answer: they are read by time, those of one instant by id.
 *
 * @throws RangeError for a fill that is given twice or has a negative quantity.
 */
export function positions(fills: readonly StatFill[]): readonly Position[] {
  const groups = groupFills(sortFills(fills), positionKey);
  return [...groups.values()].map(positionOf).sort(comparePositions);
}

function positionOf(fills: readonly StatFill[]): Position {
  const last = fills.at(-1);
  if (last === undefined) throw new Error("a position has at least one fill");
  const lots = fifoLots();
  const closed = fills.flatMap((fill) => lots.add(fill) ?? []);
  const atAverage = fills.reduce(fillAtAverage, flatAtAverage);
  const multiplier = multiplierOf(last);
  return {
    instrumentKey: last.instrumentKey,
    account: last.account,
    instrument: last.instrument,
    currency: last.instrument.currency,
    multiplier,
    quantity: atAverage.side === "buy" ? atAverage.open : subtractDecimal(ZERO, atAverage.open),
    averageCost: averageCost(atAverage),
    lots: lots.open(),
    realizedAverage: realizedAtAverage(atAverage, multiplier),
    realizedFifo: multiplyDecimals(sumDecimals(closed), multiplier),
    ...tallyFills(fills),
  };
}

function comparePositions(left: Position, right: Position): number {
  return (
    compareTexts(left.instrumentKey, right.instrumentKey) ||
    compareTexts(left.account, right.account) ||
    compareTexts(left.currency, right.currency) ||
    compareTexts(left.multiplier, right.multiplier)
  );
}
