import { defaultRetryPolicy, defaultTimeouts, policyReader } from "@fillbook/connector-kit";
import { expect, test } from "vitest";

const read = policyReader("maker()");

test("policy reader: what is good comes back, over the defaults, and what comes later wins", () => {
  expect(read.whole("pages", 1, [1, 5])).toBe(1);
  expect(read.whole("pages", 5, [1, 5])).toBe(5);
  expect(read.word("userAgent", "fillbook 1")).toBe("fillbook 1");
  expect(read.timeouts(undefined)).toEqual(defaultTimeouts);
  expect(read.timeouts({ totalMs: 7 }, { totalMs: 8 })).toEqual({ ...defaultTimeouts, totalMs: 8 });
  expect(read.retries({ baseMs: 3 }, undefined)).toEqual({ ...defaultRetryPolicy, baseMs: 3 });
});

test.each<readonly [string, () => unknown, string]>([
  ["a number below", () => read.whole("pages", 0, [1, 5]), "pages is not a whole number from 1 to 5: 0"],
  ["a number above", () => read.whole("pages", 6, [1, 5]), "pages is not a whole number from 1 to 5: 6"],
  ["a part", () => read.whole("pages", 1.5, [1, 5]), "pages is not a whole number from 1 to 5: 1.5"],
  ["a control character", () => read.word("userAgent", "a\nb"), "userAgent is not printable text"],
  ["only blanks", () => read.word("userAgent", "  "), "userAgent is not printable text"],
  ["no time", () => read.timeouts({ totalMs: 0 }), "timeouts.totalMs is not a whole number from 1 to 86400000: 0"],
  [
    "too many retries",
    () => read.retries({ retriesMax: 21 }),
    "retries.retriesMax is not a whole number from 0 to 20: 21",
  ],
])("policy reader: %s is refused by its name", (_name, act, message) => {
  expect(act).toThrowError(expect.objectContaining({ code: "OPTION_INVALID", message: `maker(): ${message}` }));
});
