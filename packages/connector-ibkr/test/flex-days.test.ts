import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addDays,
  lengthInDays,
  newYorkDay,
  sharedDays,
  subtractDays,
  uniteDays,
  weekdayBefore,
  weekdaysIn,
} from "../src/flex-days.ts";

const someRange = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([start, length]) => ({ from: addDays("2026-01-01", start), to: addDays("2026-01-01", start + length) }));
const someRanges = fc.array(someRange, { maxLength: 6 });

const daysIn = (ranges: readonly { from: string; to: string }[]) => {
  const days = ranges.flatMap((range) =>
    Array.from({ length: lengthInDays(range) }, (_, day) => addDays(range.from, day)),
  );
  return [...new Set(days)].sort();
};

test("days: ranges are sets of days", () => {
  fc.assert(
    fc.property(someRanges, someRanges, someRange, (left, right, one) => {
      expect(daysIn(uniteDays([...left, ...right]))).toEqual(daysIn([...left, ...right]));
      expect(daysIn(subtractDays(left, right))).toEqual(daysIn(left).filter((day) => !daysIn(right).includes(day)));
      expect(daysIn(sharedDays(left, one))).toEqual(daysIn(left).filter((day) => daysIn([one]).includes(day)));
      const weekdays = daysIn([one]).filter((day) => ![0, 6].includes(new Date(day).getUTCDay()));
      expect(weekdaysIn(one)).toBe(weekdays.length);
    }),
  );
});

test("days: united ranges do not touch", () => {
  const ranges = [
    { from: "2026-01-05", to: "2026-01-09" },
    { from: "2026-01-10", to: "2026-01-11" },
    { from: "2026-01-14", to: "2026-01-14" },
  ];
  expect(uniteDays(ranges)).toEqual([{ from: "2026-01-05", to: "2026-01-11" }, ranges[2]]);
  expect(uniteDays(ranges, 2)).toEqual([{ from: "2026-01-05", to: "2026-01-14" }]);
});

test("days: a day begins at midnight in New York, in winter and in summer", () => {
  expect(newYorkDay(Date.UTC(2026, 0, 6, 4, 59))).toBe("2026-01-05");
  expect(newYorkDay(Date.UTC(2026, 0, 6, 5))).toBe("2026-01-06");
  expect(newYorkDay(Date.UTC(2026, 6, 6, 4))).toBe("2026-07-06");
});

test("days: the weekday before a Monday is a Friday, and February ends", () => {
  expect(weekdayBefore("2026-03-02")).toBe("2026-02-27");
  expect(weekdayBefore("2026-03-04")).toBe("2026-03-03");
  expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
});
