import { type Decimal, decimal, parseDecimal } from "@fillbook/core";

const SCALE = 18;
const ONE = 10n ** BigInt(SCALE);

/**
 * A decimal as a whole number of its smallest unit, 18 digits behind the point.
 *
 * @throws RangeError for text that is no decimal.
 */
export function unitsOf(text: string): bigint {
  const amount = decimal(text);
  const negative = amount.startsWith("-");
  const [whole = "0", fraction = ""] = (negative ? amount.slice(1) : amount).split(".");
  const units = BigInt(`${whole}${fraction.padEnd(SCALE, "0")}`);
  return negative ? -units : units;
}

/** The decimal of so many units; null when it has too many digits. */
export function amountOf(units: bigint): Decimal | null {
  const digits = magnitude(units)
    .toString()
    .padStart(SCALE + 1, "0");
  const text = `${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
  return parseDecimal(units < 0n ? `-${text}` : text);
}

/** `dividend / divisor`, cut behind 18 digits; null for a divisor of zero, and for too many digits. */
export function quotientOf(dividend: bigint, divisor: bigint): Decimal | null {
  return divisor === 0n ? null : amountOf((dividend * ONE) / divisor);
}

/** The unit in the last of so many digits behind the point. */
export function unitAt(digits: number): bigint {
  return 10n ** BigInt(Math.max(0, SCALE - digits));
}

export function magnitude(units: bigint): bigint {
  return units < 0n ? -units : units;
}
