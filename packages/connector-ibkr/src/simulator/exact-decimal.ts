interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** The sum of decimal texts, with the decimals of the longest of them. */
export function sumDecimals(texts: readonly string[]): string {
  const terms = texts.map(parseDecimal);
  const scale = Math.max(0, ...terms.map((term) => term.scale));
  const digits = terms.reduce((sum, term) => sum + term.digits * 10n ** BigInt(scale - term.scale), 0n);
  return decimalText({ digits, scale });
}

/** The product of two decimal texts, rounded half-up (away from zero) to `decimals`. */
export function multiplyDecimals(left: string, right: string, decimals: number): string {
  const [a, b] = [parseDecimal(left), parseDecimal(right)];
  return quotientText(a.digits * b.digits, 10n ** BigInt(a.scale + b.scale), decimals);
}

/** `dividend / divisor`, rounded half-up (away from zero) to `decimals`; throws on a divisor of zero. */
export function divideDecimals(dividend: string, divisor: string, decimals: number): string {
  const [a, b] = [parseDecimal(dividend), parseDecimal(divisor)];
  if (b.digits === 0n) throw new RangeError(`cannot divide ${dividend} by ${divisor}`);
  return quotientText(a.digits * 10n ** BigInt(b.scale), b.digits * 10n ** BigInt(a.scale), decimals);
}

/** A whole number of units of the last decimal, as text: `fixedText(12345n, 2)` is "123.45". */
export function fixedText(digits: bigint, decimals: number): string {
  return decimalText({ digits, scale: decimals });
}

/** The same value with the other sign; zero has none. */
export function negatedDecimal(text: string): string {
  const { digits, scale } = parseDecimal(text);
  return decimalText({ digits: -digits, scale });
}

/** The same value without zeros at the end of its fraction: "1.50" is "1.5". */
export function plainDecimal(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The exact product, without zeros at its end. */
export function productOf(...factors: readonly string[]): string {
  const terms = factors.map(parseDecimal);
  const digits = terms.reduce((product, term) => product * term.digits, 1n);
  return plainDecimal(decimalText({ digits, scale: terms.reduce((scale, term) => scale + term.scale, 0) }));
}

function quotientText(dividend: bigint, divisor: bigint, decimals: number): string {
  const negative = dividend < 0n !== divisor < 0n;
  const [top, bottom] = [magnitude(dividend) * 10n ** BigInt(decimals), magnitude(divisor)];
  const rounded = (top * 2n + bottom) / (bottom * 2n);
  return decimalText({ digits: negative ? -rounded : rounded, scale: decimals });
}

function parseDecimal(text: string): Decimal {
  const match = DECIMAL.exec(text);
  if (match === null) throw new TypeError(`not a decimal: ${JSON.stringify(text)}`);
  const fraction = match[3] ?? "";
  const digits = BigInt(`${match[2]}${fraction}`);
  return { digits: match[1] === "-" ? -digits : digits, scale: fraction.length };
}

function decimalText({ digits, scale }: Decimal): string {
  const text = magnitude(digits)
    .toString()
    .padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale);
  const fraction = scale === 0 ? "" : `.${text.slice(text.length - scale)}`;
  return `${digits < 0n ? "-" : ""}${whole}${fraction}`;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
