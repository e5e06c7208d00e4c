import { type Decimal, parseDecimal } from "@fillbook/core";

/**
 * A number of TWS as decimal text, with every digit that it has; null for what is none, and for more digits than a
 * {@link Decimal} has. Java writes it, perhaps with an exponent, sizes perhaps with commas.
 */
export function twsNumber(text: string | undefined): Decimal | null {
  return text === undefined ? null : parseDecimal(plainOf(text));
}

/**
 * A number that TWS keeps as a float, such as a price: like {@link twsNumber}, but 0.30000000000000004 is 0.3, as Client
 * Portal and statements write it.
 */
export function twsFloat(text: string | undefined): Decimal | null {
  return text === undefined ? null : parseDecimal(withoutNoise(plainOf(text)));
}

/** Why a text is not read as a number. */
export function twsNumberFault(text: string | undefined): string {
  const isNumber = text !== undefined && /^-?\d+(?:\.\d+)?$/.test(plainOf(text));
  return isNumber ? "has more digits than can be kept, and none is rounded away" : "is not a number";
}

/**
 * Whether a commission says an amount. Before it is known, TWS sends an empty one, or the largest number that there is;
 * neither is zero.
 */
export function isCommissionSet({ amount, currency }: { readonly amount: string; readonly currency: string }): boolean {
  return amount.trim() !== "" && currency.trim() !== "" && !(Math.abs(Number(amount)) >= Number.MAX_VALUE);
}

const GROUPED = /^-?[1-9]\d{0,2}(?:,\d{3}){1,9}(?:\.\d{1,40})?$/;
const EXPONENT = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?[eE]([+-]?\d{1,2})$/;

/** The same number without commas and exponent; text that is no number stays as it is. */
function plainOf(text: string): string {
  if (GROUPED.test(text)) return text.replaceAll(",", "");
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const shift = Number(exponent);
  // The point, and as many zeros on either side of the digits as it moves past their ends.
  const digits = `${"0".repeat(Math.max(0, -shift))}${whole}${fraction}`.padEnd(whole.length + shift, "0");
  const point = whole.length + Math.max(0, shift);
  return `${sign}${digits.slice(0, point)}${point < digits.length ? `.${digits.slice(point)}` : ""}`;
}

/** Digits that a float holds for sure, and of a short number that one came close to. */
const SURE_DIGITS = 15;
const SHORT_DIGITS_MAX = 12;
/** How far noise reaches: a few roundings of the float's last bit. */
const NOISE_ULPS_MAX = 4;

/**
 * The short number that a float's noise hides. Only what is exactly how a float is written may be noise: longer numbers, and
 * those that no float stands for, keep every digit.
 */
function withoutNoise(plain: string): string {
  if (plain.length <= SURE_DIGITS) return plain;
  const float = Number(plain);
  const short = plainOf(float.toPrecision(SURE_DIGITS));
  const isShort = short.replace(/^-?0*\.?0*|\.|\.?0+$/g, "").length <= SHORT_DIGITS_MAX;
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(float))) - 52);
  const isNoise = isShort && Math.abs(float - Number(short)) <= NOISE_ULPS_MAX * ulp;
  return isNoise && plainOf(String(float)) === plain ? short : plain;
}
