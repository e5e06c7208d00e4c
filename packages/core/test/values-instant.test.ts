import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instant, instantFromUnixMs, instantFromUnixSeconds, parseInstant, unixMsOf } from "../src/instant.ts";

const [earliest, latest] = [Date.UTC(2000, 0, 1), Date.UTC(2100, 0, 1) - 1];
const anyMs = fc.integer({ min: earliest, max: latest });

describe("instant: texts", () => {
  test.each([
    ["2026-01-05T10:00:00Z", "2026-01-05T10:00:00.000000Z"],
    ["2026-01-05T10:00:00+00:00", "2026-01-05T10:00:00.000000Z"],
    ["2026-01-05T10:00:00.5Z", "2026-01-05T10:00:00.500000Z"],
    ["2026-01-05T10:00:00.123456Z", "2026-01-05T10:00:00.123456Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"],
    ["2099-12-31T23:59:59.999999Z", "2099-12-31T23:59:59.999999Z"],
  ])("%s becomes %s", (text, expected) => {
    expect(instant(text)).toBe(expected);
    expect(instant(expected)).toBe(expected);
  });

  test("digits finer than microseconds are cut, so a fill never moves to the next day", () => {
    expect(instant("2026-01-05T23:59:59.999999999999Z")).toBe("2026-01-05T23:59:59.999999Z");
    expect(instant("2026-01-05T10:00:00.0000009Z")).toBe("2026-01-05T10:00:00.000000Z");
  });

  test.each([
    ...["", " ", "now", "2026", "2026-01-05", "2026-01-05T10:00Z", "2026-01-05 10:00:00Z", "20260105T100000Z"],
    ...["2026-01-05T10:00:00", "2026-01-05T10:00:00z", "2026-01-05t10:00:00Z", "2026-01-05T10:00:00+01:00"],
    ...["2026-01-05T10:00:00-00:00", "2026-01-05T10:00:00.Z", "2026-01-05T10:00:00,5Z", " 2026-01-05T10:00:00Z"],
    ...["2026-01-05T10:00:00Z ", "2026-01-05T10:00:00Z\n", "2026-1-5T10:00:00Z", "26-01-05T10:00:00Z"],
    ...["2025-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2026-06-31T00:00:00Z"],
    ...["2026-09-31T00:00:00Z", "2026-11-31T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z"],
    ...["2026-00-05T00:00:00Z", "2026-13-05T00:00:00Z", "2026-01-05T24:00:00Z", "2026-01-05T10:60:00Z"],
    ...["2026-01-05T10:00:60Z", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z", "2026-01-05T10:00:00.1234567890123Z"],
  ])("%j is refused", (text) => {
    expect(parseInstant(text)).toBeNull();
    expect(() => instant(text)).toThrow(RangeError);
  });

  test.each([[0], [1_767_607_200], [null], [undefined], [new Date(0)], [{}]])("%s is no text", (value) => {
    expect(parseInstant(value)).toBeNull();
  });

  test("a day exists exactly where the calendar has it", () => {
    const two = (value: number) => String(value).padStart(2, "0");
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2099 }), fc.nat(13), fc.nat(32), (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date.getUTCFullYear() === year;
        expect(parseInstant(`${year}-${two(month)}-${two(day)}T00:00:00Z`) !== null).toBe(exists);
      }),
      { numRuns: 2000 },
    );
  });

  test("instants compare as text the way they compare as times", () => {
    fc.assert(
      fc.property(anyMs, anyMs, (left, right) => {
        expect(instantFromUnixMs(left) < instantFromUnixMs(right)).toBe(left < right);
      }),
    );
  });
});

describe("instant: unix time", () => {
  test.each([
    ["1688667796.8802", "2023-07-06T18:23:16.880200Z"],
    ["1688667796", "2023-07-06T18:23:16.000000Z"],
    ["1688667796.8802005", "2023-07-06T18:23:16.880200Z"],
    ["1688667796.999999999999", "2023-07-06T18:23:16.999999Z"],
    ["946684800", "2000-01-01T00:00:00.000000Z"],
    ["4102444799.999999", "2099-12-31T23:59:59.999999Z"],
  ])("seconds %s are %s", (text, expected) => {
    expect(instantFromUnixSeconds(text)).toBe(expected);
  });

  test.each([
    ...["", " ", "-1", "0", "1.5", "1688667796.", ".5", "1.688e9", "1688667796,5", " 1688667796", "1688667796\n"],
    ...["0x64A70714", "NaN", "946684799", "4102444800", "9999999999", "16886677968", "1688667796880"],
    `1688667796.${"1".repeat(31)}`,
  ])("seconds %j are refused", (text) => {
    expect(() => instantFromUnixSeconds(text)).toThrow(RangeError);
  });

  test("all six digits of seconds survive, which a float would lose", () => {
    fc.assert(
      fc.property(anyMs, fc.nat(999_999), (ms, micros) => {
        const seconds = Math.floor(ms / 1000);
        const fraction = String(micros).padStart(6, "0");
        const expected = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
        expect(instantFromUnixSeconds(`${seconds}.${fraction}`)).toBe(expected);
      }),
    );
  });

  test("milliseconds come back as they went in", () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        expect(unixMsOf(instantFromUnixMs(ms))).toBe(ms);
      }),
    );
  });

  test.each([[0], [-1], [earliest - 1], [latest + 1], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    "a clock reading of %s is refused",
    (ms) => expect(() => instantFromUnixMs(ms)).toThrow(RangeError),
  );

  test("microseconds are rounded down to milliseconds", () => {
    expect(unixMsOf(instant("2026-01-05T10:00:00.123999Z"))).toBe(Date.UTC(2026, 0, 5, 10, 0, 0, 123));
  });
});
