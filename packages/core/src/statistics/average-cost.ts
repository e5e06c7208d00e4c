import { compareDecimals, type Decimal, multiplyDecimals, subtractDecimal, sumDecimals, ZERO } from "../decimal.ts";
import {
  addFractions,
  boundFraction,
  divideFractions,
  type Fraction,
  fractionOf,
  multiplyFractions,
  roundFraction,
  writeFraction,
} from "./fraction.ts";
import type { StatFill } from "./stat-fill.ts";

/** A position at average cost, without multiplier. No step of it is rounded, so errors cannot add up. */
export interface AverageCost {
  readonly side: StatFill["side"];
  /** Open now, zero or more. */
  readonly open: Decimal;
  /** What `basis` units cost. Closing leaves both alone: the average of what is left is the same. */
  readonly cost: Fraction;
  /** Open when a fill last added to the position. */
  readonly basis: Decimal;
  /** Received for all that was sold less paid for all that was bought. */
  readonly cash: Decimal;
}

const nothing: Fraction = { top: 0n, bottom: 1n };

export const flatAtAverage: AverageCost = { side: "buy", open: ZERO, cost: nothing, basis: ZERO, cash: ZERO };

/** The position after a fill. What a fill has left after closing opens a position at its own price. */
export function fillAtAverage(before: AverageCost, { side, quantity, price }: StatFill): AverageCost {
  const notional = multiplyDecimals(quantity, price);
  const cash = side === "sell" ? sumDecimals([before.cash, notional]) : subtractDecimal(before.cash, notional);
  if (before.open === "0") return { side, open: quantity, cost: fractionOf(notional), basis: quantity, cash };
  if (before.side === side) {
    const open = sumDecimals([before.open, quantity]);
    return { side, open, cost: addFractions(openCost(before), fractionOf(notional)), basis: open, cash };
  }
  if (compareDecimals(quantity, before.open) <= 0) {
    return { ...before, open: subtractDecimal(before.open, quantity), cash };
  }
  const rest = subtractDecimal(quantity, before.open);
  return { side, open: rest, cost: fractionOf(multiplyDecimals(rest, price)), basis: rest, cash };
}

/** The price of one open unit, rounded half to even at 18 significant digits; null when nothing is open. */
export function averageCost({ open, cost, basis }: AverageCost): Decimal | null {
  return open === "0" ? null : roundFraction(divideFractions(cost, fractionOf(basis)));
}

/**
 * What closing earned: all cash received, plus what the open position cost, as it was paid and not lost. Exact when
 * nothing is open, and wherever it has at most 54 digits after the point; else rounded once, half to even, at 18
 * significant digits.
 */
export function realizedAtAverage(position: AverageCost, multiplier: Decimal): Decimal {
  const cost = openCost(position);
  const held = position.side === "buy" ? cost : { ...cost, top: -cost.top };
  return writeFraction(multiplyFractions(addFractions(fractionOf(position.cash), held), fractionOf(multiplier)));
}

function openCost({ open, cost, basis }: AverageCost): Fraction {
  if (open === basis) return cost;
  const share = divideFractions(fractionOf(open), fractionOf(basis));
  return boundFraction(multiplyFractions(cost, share));
}
