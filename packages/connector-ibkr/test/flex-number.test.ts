import { expect, test } from "vitest";
import { absolute, flexNumber, negated } from "../src/flex-number.ts";

test.each([
  ["-34650.000000013", "-34650.000000013"],
  ["1,234,567.50", "1234567.5"],
  ["-1,000", "-1000"],
  ["-0", "0"],
  ["-0.0", "0"],
  ["0012", "12"],
])("number: %s is read digit by digit", (text, decimal) => expect(flexNumber(text)).toBe(decimal));

test.each([
  "",
  "1,5",
  "1,00",
  "1,0000",
  ",100",
  "1,000,",
  "0,100",
  "1.000,5",
  "1e5",
  "NaN",
  "(5)",
  "+1",
  ".5",
  "--",
  `1${",000".repeat(20)}`,
])("number: %s is none", (text) => expect(flexNumber(text)).toBeNull());

test("number: signs are taken off and turned around without a minus zero", () => {
  const numbers = ["-1.5", "1.5", "0"].map((text) => flexNumber(text) ?? expect.fail(text));
  expect(numbers.map(absolute)).toEqual(["1.5", "1.5", "0"]);
  expect(numbers.map(negated)).toEqual(["1.5", "-1.5", "0"]);
});
