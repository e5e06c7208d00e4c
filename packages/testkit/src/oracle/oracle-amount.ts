const DECIMALS = 18;
const SIGNIFICANT_DIGITS = 18;

/**
 * A decimal text as a whole number of 10^-18, so that sums and comparisons are exact without the arithmetic of core.
 *
 * @throws RangeError for other text.
 */
export function amount(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? "";
  if (match === null || /[1-9]/.test(fraction.slice(DECIMALS))) throw new RangeError(`not an amount: ${text}`);
  const units = BigInt(`${match[2]}${fraction.slice(0, DECIMALS).padEnd(DECIMALS, "0")}`);
  return match[1] === "-" ? -units : units;
}

/** The canonical text of a whole number of 10^-`decimals`. */
export function amountText(value: bigint, decimals: number = DECIMALS): string {
  const digits = absolute(value)
    .toString()
    .padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * The average price, rounded once, half to even, at 18 significant digits and at most 18 after the point.
 * `notional` counts 10^-36, `quantity` counts 10^-18 and is above zero.
 */
export function averageText(notional: bigint, quantity: bigint): string {
  if (notional === 0n) return "0";
  const size = absolute(notional);
  const divisor = quantity * 10n ** BigInt(DECIMALS);
  // The greatest exponent whose power of ten is not above the quotient: it says where the first digit stands.
  let exponent = size.toString().length - divisor.toString().length;
  if (size * power(-exponent) < divisor * power(exponent)) exponent -= 1;
  const decimals = Math.min(DECIMALS, SIGNIFICANT_DIGITS - 1 - exponent);
  const rounded = divideHalfEven(size * power(decimals), divisor * power(-decimals));
  const units = rounded * power(-decimals);
  return amountText(notional < 0n ? -units : units, Math.max(decimals, 0));
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

function power(exponent: number): bigint {
  return exponent > 0 ? 10n ** BigInt(exponent) : 1n;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
