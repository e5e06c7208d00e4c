import { compareDecimals, type Decimal, multiplyDecimals, subtractDecimal, sumDecimals, ZERO } from "../decimal.ts";
import type { Instant } from "../instant.ts";
import { groupFills, type StatFill } from "./stat-fill.ts";

/** What is left open of one fill. */
export interface OpenLot {
  /** The fill that opened it. */
  readonly fillId: string;
  /** Negative when sold short. */
  readonly quantity: Decimal;
  /** Of the fill, for one unit. */
  readonly price: Decimal;
  /** When that fill was executed. */
  readonly executedAt: Instant;
}

/** The open fills of one position; the oldest is closed first. */
export interface FifoLots {
  /** Price difference times quantity, without multiplier, of what this fill closed; null when it closed nothing. */
  readonly add: (fill: StatFill) => Decimal | null;
  /** Oldest first. */
  readonly open: () => readonly OpenLot[];
}

export function fifoLots(): FifoLots {
  const lots: { readonly fill: StatFill; readonly left: Decimal }[] = [];
  // Closed lots stay in front of this index: taking them off the list would move all others each time.
  let oldest = 0;
  return {
    add(fill) {
      let left = fill.quantity;
      let realized: Decimal | null = null;
      while (left !== "0") {
        const lot = lots[oldest];
        if (lot === undefined || lot.fill.side === fill.side) break;
        const closed = compareDecimals(lot.left, left) <= 0 ? lot.left : left;
        realized = sumDecimals([realized ?? ZERO, earned(lot.fill, fill, closed)]);
        left = subtractDecimal(left, closed);
        if (closed === lot.left) oldest += 1;
        else lots[oldest] = { ...lot, left: subtractDecimal(lot.left, closed) };
      }
      if (left !== "0") lots.push({ fill, left });
      return realized;
    },
    open: () => lots.slice(oldest).map(({ fill, left }) => openLot(fill, left)),
  };
}

/** A closing fill and what it earned, by FIFO within its position, in the instrument's currency. */
export interface Closing {
  readonly fill: StatFill;
  readonly currency: string | null;
  readonly amount: Decimal;
}

/** @param fills in the order of `sortFills`; fills outside them open and close nothing. */
export function closingsOf(fills: readonly StatFill[]): readonly Closing[] {
  return [...groupFills(fills, positionKey).values()].flatMap((group) => {
    const lots = fifoLots();
    return group.flatMap((fill) => {
      const realized = lots.add(fill);
      if (realized === null) return [];
      const amount = multiplyDecimals(realized, multiplierOf(fill));
      return [{ fill, currency: fill.instrument.currency, amount }];
    });
  });
}

/** Only fills of equal key close each other. */
export function positionKey(fill: StatFill): string {
  return JSON.stringify([fill.instrumentKey, fill.account, multiplierOf(fill), fill.instrument.currency]);
}

export function multiplierOf({ instrument }: StatFill): Decimal {
  return instrument.multiplier ?? ONE;
}

// Canonical text of a decimal.
const ONE = "1" as Decimal;

function earned(opening: StatFill, closing: StatFill, quantity: Decimal): Decimal {
  const [bought, sold] = opening.side === "buy" ? [opening, closing] : [closing, opening];
  return multiplyDecimals(subtractDecimal(sold.price, bought.price), quantity);
}

function openLot({ id, side, price, executedAt }: StatFill, left: Decimal): OpenLot {
  return { fillId: id, quantity: side === "buy" ? left : subtractDecimal(ZERO, left), price, executedAt };
}
