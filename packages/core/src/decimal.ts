import Big from "big.js";

/**
 * A decimal number as text: at most 24 digits before and 18 after the point, no exponent, no padding, no `-0`.
 * Floats never touch money, so quantities, prices and fees exist only in this form.
 */
export type Decimal = string & { readonly __brand: "Decimal" };

const INTEGER_DIGITS_MAX = 24;
const FRACTION_DIGITS_MAX = 18;
const SIGNIFICANT_DIGITS = 18;
/** Longer texts are refused before any work is done on them. */
const TEXT_LENGTH_MAX = 100;

/**
 * Reads a broker's amount and writes it in canonical form: `"0.50000000"` becomes `"0.5"`, `"-0"` becomes `"0"`.
 *
 * @throws RangeError for anything that is not plain decimal text (`""`, `"1e5"`, `"0x10"`, `"NaN"`, `" 1"`, `"1,000"`)
 * or has more digits than a {@link Decimal} may have. Digits are never rounded away.
 */
export function decimal(text: string): Decimal {
  const canonical = parseDecimal(text);
  if (canonical === null) throw new RangeError(`not a decimal: ${JSON.stringify(String(text).slice(0, 50))}`);
  return canonical;
}

/** Like {@link decimal}, with null where it would throw. */
export function parseDecimal(text: unknown): Decimal | null {
  if (typeof text !== "string" || text.length > TEXT_LENGTH_MAX) return null;
  const match = /^(-?)0*(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const whole = match[2] ?? "0";
  const fraction = trimZeros(match[3] ?? "");
  if (whole.length > INTEGER_DIGITS_MAX || fraction.length > FRACTION_DIGITS_MAX) return null;
  const digits = fraction === "" ? whole : `${whole}.${fraction}`;
  // The pattern and the two bounds above are exactly what the brand promises.
  return (digits === "0" ? "0" : `${match[1] ?? ""}${digits}`) as Decimal;
}

function trimZeros(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === "0") end -= 1;
  return fraction.slice(0, end);
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: Decimal, right: Decimal): -1 | 0 | 1 {
  return left === right ? 0 : new Big(left).cmp(right);
}

/** True for a value above zero. */
export function isPositive(value: Decimal): boolean {
  return value !== "0" && !value.startsWith("-");
}

/**
 * The exact sum. A sum of valid decimals may have more than 24 digits before the point; it is still exact.
 */
export function sumDecimals(values: readonly Decimal[]): Decimal {
  const [first, ...rest] = values.filter((value) => value !== "0");
  if (first === undefined) return ZERO;
  if (rest.length === 0) return first;
  let sum = new Big(first);
  for (const value of rest) sum = sum.plus(value);
  return toDecimal(sum);
}

/** The exact difference, see {@link sumDecimals} for its size. */
export function subtractDecimal(left: Decimal, right: Decimal): Decimal {
  return right === "0" ? left : toDecimal(new Big(left).minus(right));
}

/** The exact product; it may have twice the digits of its factors. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return toDecimal(new Big(left).times(right));
}

const Divider = Big();
Divider.DP = 60;
Divider.RM = Big.roundDown;
/** Stands for all digits behind the sixtieth, so that a cut quotient is never mistaken for a tie. */
const STICKY = new Big("1e-62");

/**
 * `left / right` rounded half to even at 18 significant digits, or at 18 digits after the point where that is coarser.
 * Rounded once: no intermediate result makes a tie of its own.
 *
 * @throws RangeError when `right` is zero.
 */
export function divideDecimal(left: Decimal, right: Decimal): Decimal {
  if (right === "0") throw new RangeError("division by zero");
  const cut = new Divider(left).div(right);
  const exact = cut.times(right).eq(left);
  const quotient = exact ? cut : cut.plus(left.startsWith("-") === right.startsWith("-") ? STICKY : STICKY.neg());
  const places = Math.min(FRACTION_DIGITS_MAX, SIGNIFICANT_DIGITS - 1 - quotient.e);
  return toDecimal(quotient.round(places, Big.roundHalfEven));
}

export const ZERO: Decimal = decimal("0");

// big.js writes `toFixed()` without exponent or padding; only its "-0" differs from the canonical form.
function toDecimal(value: Big): Decimal {
  const text = value.toFixed();
  return (text === "-0" ? "0" : text) as Decimal;
}
