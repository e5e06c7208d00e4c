import { expect, test } from "vitest";
import { twsFloat, twsNumber, twsNumberFault } from "../src/tws-amount.ts";

const numbers: readonly (readonly [text: string, value: string])[] = [
  ["1", "1"],
  ["-37.63", "-37.63"],
  ["0.0", "0"],
  ["1,000.50", "1000.5"],
  ["-1,234,567", "-1234567"],
  ["1.0E-5", "0.00001"],
  ["1.2345678901234567E7", "12345678.901234567"],
  ["1.2345E2", "123.45"],
  ["12.5e+3", "12500"],
  ["-1E0", "-1"],
  ["1.5E-1", "0.15"],
  ["1E20", "100000000000000000000"],
  ["123456789012345678901234", "123456789012345678901234"],
  ["12345678901234567890", "12345678901234567890"],
  ["0.123456789012345678", "0.123456789012345678"],
  ["1234567890.1234567891", "1234567890.1234567891"],
  ["9007199254740993", "9007199254740993"],
  ["1.0000000000000001", "1.0000000000000001"],
  ["1.00000000000000001", "1.00000000000000001"],
  ["123456789012.34567", "123456789012.34567"],
];

test.each(numbers)("amount: %s keeps its digits, as a size and as a price", (text, value) => {
  expect([twsNumber(text), twsFloat(text)]).toEqual([value, value]);
});

test.each([
  ["0.30000000000000004", "0.3"],
  ["2.2622449999999996", "2.262245"],
  ["-1.0999999999999999", "-1.1"],
  ["1.0000000000000003E-5", "0.00001"],
  ["158.60000000000002", "158.6"],
])("amount: %s as a price is the short number that a float's noise hides (%s)", (text, value) => {
  expect(twsFloat(text)).toBe(value);
});

test.each(["", " ", "abc", "NaN", "Infinity", "1,00", "1,0000", "1e", "e5", "1E400", "1.7976931348623157E308", "0x10"])(
  "amount: %j is no number",
  (text) => {
    expect([twsNumber(text), twsFloat(text)]).toEqual([null, null]);
  },
);

test("amount: too many digits are told apart from what is no number", () => {
  for (const text of ["0.10000000000000000001", "0.1234567890123456789", "1234567890123456789012345", "1E-30"]) {
    expect([twsNumber(text), twsFloat(text)]).toEqual([null, null]);
    expect(twsNumberFault(text)).toMatch(/more digits/);
  }
  for (const text of ["", "abc", undefined]) expect(twsNumberFault(text)).toBe("is not a number");
});
