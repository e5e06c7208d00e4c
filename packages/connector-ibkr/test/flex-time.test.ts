import { describe, expect, test } from "vitest";
import { flexDay, readFlexTime } from "../src/flex-time.ts";
import { defaultFlexTimeZone, isTimeZone, zonedMs } from "../src/flex-zone.ts";

function read(text: string, timeZone = defaultFlexTimeZone): string {
  const time = readFlexTime(text, timeZone);
  return time.executedAt ?? time.reason;
}

describe("time: the worked conversions", () => {
  test.each([
    ["20250911;170000", "2025-09-11T21:00:00.000000Z"],
    ["20221202;062611", "2022-12-02T11:26:11.000000Z"],
    ["20131106;033513", "2013-11-06T08:35:13.000000Z"],
    ["2026-04-02;11:08:05 EDT", "2026-04-02T15:08:05.000000Z"],
  ])("%s", (text, instant) => expect(read(text)).toBe(instant));
});

test("time: every date, time, separator and zone option of a query is the same moment", () => {
  for (const date of ["20260402", "2026-04-02", "02-APR-26", "02-Apr-2026"]) {
    for (const separator of [";", ",", " ", "; ", ", ", "T", ""]) {
      for (const clock of ["110805", "11:08:05"]) {
        for (const zone of ["", " EDT", " US/Eastern", "-0400", " -04:00"]) {
          expect(read(`${date}${separator}${clock}${zone}`)).toBe("2026-04-02T15:08:05.000000Z");
        }
      }
    }
  }
});

describe("time: the days on which New York changes its clock", () => {
  test.each([
    ["20260308;015959", "2026-03-08T06:59:59.000000Z"],
    ["20260308;023000", "2026-03-08T07:30:00.000000Z"],
    ["20260308;030000", "2026-03-08T07:00:00.000000Z"],
    ["20261101;005959", "2026-11-01T04:59:59.000000Z"],
    ["20261101;013000", "2026-11-01T05:30:00.000000Z"],
    ["20261101;013000 EST", "2026-11-01T06:30:00.000000Z"],
    ["20261101;020000", "2026-11-01T07:00:00.000000Z"],
    ["20260308", "2026-03-08T05:00:00.000000Z"],
    ["20061101;120000", "2006-11-01T17:00:00.000000Z"],
  ])("%s", (text, instant) => expect(read(text)).toBe(instant));

  test("every hour of two years is an hour at which New York's clock shows it, or one that it skips", () => {
    const format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: defaultFlexTimeZone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    const wrong: string[] = [];
    for (let wallMs = Date.UTC(2025, 0, 1); wallMs < Date.UTC(2027, 0, 1); wallMs += 3_600_000) {
      const shown = format.format(zonedMs(wallMs, defaultFlexTimeZone) ?? 0).replace(" ", "T");
      if (shown !== new Date(wallMs).toISOString().slice(0, 19)) wrong.push(new Date(wallMs).toISOString());
    }
    expect(wrong).toEqual(["2025-03-09T02:00:00.000Z", "2026-03-08T02:00:00.000Z"]);
  });
});

test("time: another zone of the connection is read, an unknown one is a reason", () => {
  expect(read("20260402;110805", "Asia/Hong_Kong")).toBe("2026-04-02T03:08:05.000000Z");
  expect(read("20260402;110805", "Mars/Olympus")).toBe("the connection's time zone is not known");
  expect([isTimeZone("Europe/Zurich"), isTimeZone("Mars/Olympus")]).toEqual([true, false]);
});

test("time: slash forms are refused, and the reason says what to choose instead", () => {
  for (const text of ["04/05/2026;110805", "4/5/26", "31/12/2026 11:08:05"]) expect(read(text)).toMatch(/yyyyMMdd/);
});

test.each([
  "",
  "MULTI",
  "20260230;110805",
  "20260402;250000",
  "20260402;1108",
  "20260402;110805 CST",
  "20260402;110805 +1500",
  "02-XYZ-26",
  "02-ANF-26",
  "1260402;110805",
  "20260402;110805 EDT EDT",
  "2".repeat(1_000_000),
])("time: %.30j is no time", (text) => {
  expect(readFlexTime(text, defaultFlexTimeZone)).toEqual({ reason: expect.any(String) });
});

test("time: days of a statement", () => {
  expect(["20260402", "2026-04-02", "02-APR-26"].map(flexDay)).toEqual(["2026-04-02", "2026-04-02", "2026-04-02"]);
  expect(["04/02/2026", "20260230", "", undefined].map(flexDay)).toEqual([null, null, null, null]);
});
