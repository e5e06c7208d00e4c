import { describe, expect, test } from "vitest";
import { connectionZone, dayStartMs, readTwsTime, twsZone } from "../src/tws-time.ts";

const times: readonly (readonly [string, string | null, string])[] = [
  // The conversions of the documents and recordings.
  ["20260413 15:27:04 US/Eastern", null, "2026-04-13T19:27:04.000000Z"],
  ["20231214-20:57:37", null, "2023-12-14T20:57:37.000000Z"],
  ["20231214-20:57:37", "Europe/Zurich", "2023-12-14T20:57:37.000000Z"],
  ["20230223 00:43:36 America/New_York", null, "2023-02-23T05:43:36.000000Z"],
  ["20260706 14:05:00 MET", null, "2026-07-06T12:05:00.000000Z"],
  ["20260106 14:05:00 MET", null, "2026-01-06T13:05:00.000000Z"],
  ["20260706 14:05:00 Universal", null, "2026-07-06T14:05:00.000000Z"],
  ["20260706 14:05:00 JST", null, "2026-07-06T05:05:00.000000Z"],
  ["20260706 14:05:00 Hongkong", null, "2026-07-06T06:05:00.000000Z"],
  ["20260706 14:05:00 Asia/Calcutta", null, "2026-07-06T08:35:00.000000Z"],
  ["20260706 14:05:00 EST", null, "2026-07-06T19:05:00.000000Z"],
  ["20230412  10:00:00", "America/Chicago", "2023-04-12T15:00:00.000000Z"],
  ["20230412 10:00:00", "America/Chicago", "2023-04-12T15:00:00.000000Z"],
  // An hour that comes twice is the first one, one that is skipped moves forward.
  ["20261101 01:30:00 US/Eastern", null, "2026-11-01T05:30:00.000000Z"],
  ["20260308 02:30:00 US/Eastern", null, "2026-03-08T07:30:00.000000Z"],
];

test.each(times)("time: %s (login %s) is %s", (text, timeZone, at) => {
  expect(readTwsTime(text, timeZone)).toMatchObject({ at });
});

test.each([
  ["20230412  10:00:00", /shows no zone.*timeZone/],
  ["20230412 10:00:00 CST", /zone is not known: CST/],
  ["20230412 10:00:00 BST", /zone is not known: BST/],
  ["20230412 10:00:00 Central European Standard Time", /zone is not known/],
  ["20230231 10:00:00 US/Eastern", /does not exist/],
  ["20231301-10:00:00", /does not exist/],
  ["20230412-24:00:00", /no known form/],
  ["2023-04-12 10:00:00", /no known form/],
  ["20230412", /no known form/],
  ["19990412-10:00:00", /no known form/],
  ["", /no known form/],
])("time: %j is refused", (text, reason) => {
  expect(readTwsTime(text, null)).toEqual({ reason: expect.stringMatching(reason) });
});

describe("zones", () => {
  test("the handshake's zone is read where the platform knows it", () => {
    expect(connectionZone("20260405 12:00:00 CET")).toBe("Europe/Paris");
    expect(connectionZone("20260407 12:00:00 US/Eastern")).toBe("US/Eastern");
    expect(connectionZone("20260413 21:27:03 Central European Standard Time")).toBeNull();
    expect(connectionZone("soon")).toBeNull();
  });

  test("abbreviations that stand for several zones are not guessed", () => {
    expect(["CST", "IST", "BST", "PST", "AST", "XYZ", ""].map(twsZone)).toEqual(Array(7).fill(null));
  });

  test("a day begins at its midnight on that zone's clock, also where clocks were changed since", () => {
    const nowMs = Date.UTC(2026, 2, 9, 2);
    const start = (timeZone: string, daysAgo: number) =>
      new Date(dayStartMs(nowMs, { timeZone, daysAgo })).toISOString();
    expect(start("America/New_York", 0)).toBe("2026-03-08T05:00:00.000Z");
    expect(start("Europe/Zurich", 0)).toBe("2026-03-08T23:00:00.000Z");
    expect(start("America/New_York", 6)).toBe("2026-03-02T05:00:00.000Z");
  });
});
