const FRACTION_DIGITS_MAX = 12;
const TIME = /^(\d{1,12})(?:\.(\d{1,12}))?$/;

/**
 * Decimal text of Unix seconds as a whole number of picoseconds, or null when it is no such text.
 * A double cannot tell 1688667796.8802 from its neighbors at seven decimals, so bounds are compared as integers.
 */
export function exactTime(text: string): bigint | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  const fraction = (match[2] ?? "").padEnd(FRACTION_DIGITS_MAX, "0");
  return BigInt(`${match[1]}${fraction}`);
}
