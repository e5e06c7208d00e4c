/** Sixteen digits and more may be a float's; fewer are what somebody wrote. */
const FLOAT_DIGITS = 16;
/** Digits that are left of a number once its noise is gone: more are no short number that a float came close to. */
const INTENDED_DIGITS_MAX = 12;
/** How far noise reaches: a few roundings of the float's last bit. */
const NOISE_ULPS_MAX = 4;

/**
 * The short number that a float's noise hides: 0.3 of 0.30000000000000004. Everything else stays as it is, digit by digit:
 * 1000000.000000001 is further from 1000000 than the noise of a float.
 *
 * @param plain without an exponent.
 */
export function withoutFloatNoise(plain: string): string {
  if (!/^-?\d+\.\d+$/.test(plain) || digitsOf(plain) < FLOAT_DIGITS) return plain;
  const float = Number(plain);
  const intended = expandedNumber(float.toPrecision(15)).replace(/\.?0+$/, "");
  if (float === 0 || digitsOf(intended) > INTENDED_DIGITS_MAX) return plain;
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(float))) - 52);
  return Math.abs(float - Number(intended)) <= NOISE_ULPS_MAX * ulp ? intended : plain;
}

/** A number without its exponent; text that is no number with one stays as it is. */
export function expandedNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,2})$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const shift = Number(exponent);
  const padded = shift < 0 ? whole.padStart(1 - shift + whole.length, "0") : whole;
  const digits = `${padded}${fraction.padEnd(Math.max(0, shift), "0")}`;
  const point = padded.length + shift;
  return `${sign}${digits.slice(0, point).replace(/^0+(?=\d)/, "")}${point < digits.length ? `.${digits.slice(point)}` : ""}`;
}

/** Digits from the first that is not zero. */
function digitsOf(plain: string): number {
  return plain.replace(/^-?0*\.?0*|\./g, "").length;
}
