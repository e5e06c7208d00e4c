import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareDecimals,
  decimal,
  divideDecimal,
  isPositive,
  multiplyDecimals,
  parseDecimal,
  subtractDecimal,
  sumDecimals,
} from "../src/decimal.ts";

/** Any text that is a decimal: padded or not, both signs, up to the limits. */
const decimalText = fc
  .tuple(fc.boolean(), fc.stringMatching(/^0{0,3}\d{1,24}$/), fc.option(fc.stringMatching(/^\d{1,18}0{0,5}$/)))
  .map(([negative, whole, fraction]) => `${negative ? "-" : ""}${whole}${fraction === null ? "" : `.${fraction}`}`);
const canonical = decimalText.map(decimal);

const bad = [
  ...["", " ", "  ", "\n", "\t", "-", "+", ".", "-.", "--1", "- 1", "1-", "+1", "+0", ".5", "-.5", "5.", "0.", "1..2"],
  ...["1.2.3", "1e5", "1E5", "1e-5", "1e400", "1.5e3", "e5", "NaN", "nan", "Infinity", "-Infinity", "infinity", "inf"],
  ...["0x10", "0b1", "0o7", "1,000", "1,5", "1 000", "1_000", "1'000", " 1", "1 ", "1\n", "\n1", "1\u00a0", "\ufeff1"],
  ...[
    "$1",
    "1%",
    "1n",
    "1f",
    "one",
    "null",
    "undefined",
    "true",
    "[object Object]",
    "1/2",
    "(1)",
    "−1",
    "٣",
    "１",
    "½",
  ],
  ...[
    "1".repeat(25),
    `-${"1".repeat(25)}`,
    `0.${"1".repeat(19)}`,
    `${"0".repeat(120)}1`,
    `1.${"0".repeat(120)}`,
    "1\u0000",
  ],
];

describe("decimal: texts", () => {
  test.each(bad)("%j is refused", (text) => {
    expect(parseDecimal(text)).toBeNull();
    expect(() => decimal(text)).toThrow(RangeError);
  });

  test.each([[0], [1.5], [Number.NaN], [null], [undefined], [1n], [true], [[]], [{}], [["1"]]])(
    "%s is no text",
    (value) => {
      expect(parseDecimal(value)).toBeNull();
    },
  );

  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["-0.000", "0"],
    ["00", "0"],
    ["007", "7"],
    ["-007.50", "-7.5"],
    ["0.50000000", "0.5"],
    ["10", "10"],
    ["100.00", "100"],
    ["0.000000000000000001", "0.000000000000000001"],
    [`0.${"1".repeat(18)}0`, `0.${"1".repeat(18)}`],
    ["9".repeat(24), "9".repeat(24)],
    [`000${"9".repeat(24)}.${"9".repeat(18)}000`, `${"9".repeat(24)}.${"9".repeat(18)}`],
  ])("%s becomes %s", (text, expected) => {
    expect(decimal(text)).toBe(expected);
  });

  test("an error shows at most 50 characters of the text", () => {
    expect(() => decimal("x".repeat(10_000))).toThrow(`not a decimal: "${"x".repeat(50)}"`);
  });

  test("canonical text is read as itself, and equal values have equal texts", () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        const value = decimal(text);
        expect(decimal(value)).toBe(value);
        expect(value).toMatch(/^(0|-?(?:[1-9]\d{0,23}|0(?=\.))(?:\.\d{0,17}[1-9])?)$/);
        expect(scaled(value)).toBe(scaled(text));
      }),
    );
  });
});

describe("decimal: algebra is exact", () => {
  test("sum, difference, product and order are those of whole numbers", () => {
    fc.assert(
      fc.property(canonical, canonical, (left, right) => {
        const [one, other] = [scaled(left), scaled(right)];
        expect(sumDecimals([left, right])).toBe(textOf(one + other, 18));
        expect(subtractDecimal(left, right)).toBe(textOf(one - other, 18));
        expect(multiplyDecimals(left, right)).toBe(textOf(one * other, 36));
        expect(compareDecimals(left, right)).toBe(one < other ? -1 : one > other ? 1 : 0);
        expect(isPositive(left)).toBe(one > 0n);
      }),
    );
  });

  test("the sum of nothing is 0", () => {
    expect(sumDecimals([])).toBe("0");
  });

  test("taking away is the inverse of adding", () => {
    fc.assert(
      fc.property(canonical, canonical, (left, right) => {
        expect(subtractDecimal(sumDecimals([left, right]), right)).toBe(left);
      }),
    );
  });
});

describe("decimal: division rounds once, half to even", () => {
  test("as a model of whole numbers does", () => {
    fc.assert(
      fc.property(canonical, canonical, (left, right) => {
        fc.pre(right !== "0");
        expect(divideDecimal(left, right)).toBe(quotientText(scaled(left), scaled(right)));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["1", "3", "0.333333333333333333"],
    ["2", "3", "0.666666666666666667"],
    ["-2", "3", "-0.666666666666666667"],
    ["1", "-3", "-0.333333333333333333"],
    ["-1", "-8", "0.125"],
    ["0", "-7", "0"],
    ["5", "3", "1.66666666666666667"],
    ["1", "300", "0.003333333333333333"],
    ["1000000000000000005", "10", "100000000000000000"],
    ["1000000000000000015", "10", "100000000000000002"],
    ["1000000000000000005.000000000000000001", "10", "100000000000000001"],
    ["1", "999999999999999999999999", "0"],
    ["0.000000000000000001", "2", "0"],
    ["0.000000000000000003", "2", "0.000000000000000002"],
  ])("%s / %s = %s", (left, right, expected) => {
    expect(divideDecimal(decimal(left), decimal(right))).toBe(expected);
  });

  test("by zero throws", () => {
    expect(() => divideDecimal(decimal("1"), decimal("-0"))).toThrow(RangeError);
  });
});

/** The value times 10^18. */
function scaled(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const digits = BigInt(whole) * 10n ** 18n + BigInt(fraction.slice(0, 18).padEnd(18, "0"));
  return text.startsWith("-") ? -digits : digits;
}

/** `value` divided by 10^places as canonical text. */
function textOf(value: bigint, places: number): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, "0");
  const cut = digits.length - places;
  const fraction = digits.slice(cut).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, cut)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The rule in whole numbers: find the first digit's place, cut there, look at the exact remainder. */
function quotientText(left: bigint, right: bigint): string {
  if (left === 0n) return "0";
  const [top, bottom] = [left < 0n ? -left : left, right < 0n ? -right : right];
  let exponent = -50;
  while (isAtLeast(top, bottom, exponent + 1)) exponent += 1;
  const places = Math.min(18, 17 - exponent);
  const [numerator, denominator] = places >= 0 ? [top * power(places), bottom] : [top, bottom * power(-places)];
  const [cut, twice] = [numerator / denominator, (numerator % denominator) * 2n];
  const up = twice > denominator || (twice === denominator && cut % 2n === 1n);
  const rounded = (up ? cut + 1n : cut) * (left < 0n === right < 0n ? 1n : -1n);
  return places >= 0 ? textOf(rounded, places) : textOf(rounded * power(-places), 0);
}

function isAtLeast(top: bigint, bottom: bigint, exponent: number): boolean {
  return exponent >= 0 ? top >= bottom * power(exponent) : top * power(-exponent) >= bottom;
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}
