import { type Decimal, divideDecimal, multiplyDecimals } from "../decimal.ts";

/** An exact quotient in lowest terms; `bottom` is above zero. An average is not always a decimal, but always this. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

/** Products of quantity, price and multiplier have no more digits after the point: they are written out whole. */
const EXACT_PLACES = 54;
const exactScale = 10n ** BigInt(EXACT_PLACES);
// A decimal's text, only with more places than a broker may send.
const exactUnit = `0.${"0".repeat(EXACT_PLACES - 1)}1` as Decimal;

const bottomMax = 10n ** 1000n;
const boundedBottom = 10n ** 500n;

export function fractionOf(value: Decimal): Fraction {
  const [whole = "", places = ""] = value.split(".");
  return lowestTerms(BigInt(whole + places), 10n ** BigInt(places.length));
}

// Both take common divisors out of small numbers only, as Knuth does (4.5.1): with a small operand they cost no more
// than reading the large one, and the result is in lowest terms again.

export function addFractions(left: Fraction, right: Fraction): Fraction {
  const shared = commonDivisor(left.bottom, right.bottom);
  const leftBottom = left.bottom / shared;
  const top = left.top * (right.bottom / shared) + right.top * leftBottom;
  const rest = commonDivisor(top, shared);
  return { top: top / rest, bottom: leftBottom * (right.bottom / rest) };
}

export function multiplyFractions(left: Fraction, right: Fraction): Fraction {
  const falling = commonDivisor(left.top, right.bottom);
  const rising = commonDivisor(right.top, left.bottom);
  return {
    top: (left.top / falling) * (right.top / rising),
    bottom: (left.bottom / rising) * (right.bottom / falling),
  };
}

/** @param right above zero. */
export function divideFractions(left: Fraction, right: Fraction): Fraction {
  return multiplyFractions(left, { top: right.bottom, bottom: right.top });
}

/**
 * The fraction itself while its bottom has at most 1,000 digits, else cut at 500 digits after the point. A position that
 * is never flat would carry ever more digits; a cut that far behind the last digit shown keeps each step cheap.
 */
export function boundFraction(value: Fraction): Fraction {
  if (value.bottom <= bottomMax) return value;
  return lowestTerms((value.top * boundedBottom) / value.bottom, boundedBottom);
}

/** Exact where it has at most 54 digits after the point, else rounded as {@link roundFraction} does. */
export function writeFraction(value: Fraction): Decimal {
  if (exactScale % value.bottom !== 0n) return roundFraction(value);
  return multiplyDecimals(integerText(value.top * (exactScale / value.bottom)), exactUnit);
}

/** Rounded as {@link divideDecimal} does: once, half to even, at 18 significant digits or 18 after the point. */
export function roundFraction({ top, bottom }: Fraction): Decimal {
  return divideDecimal(integerText(top), integerText(bottom));
}

// A whole number's text is a decimal's: no exponent, no padding, no "-0".
function integerText(value: bigint): Decimal {
  return String(value) as Decimal;
}

function lowestTerms(top: bigint, bottom: bigint): Fraction {
  const shared = commonDivisor(top, bottom);
  return { top: top / shared, bottom: bottom / shared };
}

function commonDivisor(left: bigint, right: bigint): bigint {
  let [divisor, rest] = [left < 0n ? -left : left, right];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return divisor < 0n ? -divisor : divisor;
}
