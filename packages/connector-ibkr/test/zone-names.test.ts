import { expect, test } from "vitest";
import { readFlexTime } from "../src/flex-time.ts";
import { wallMsAt } from "../src/flex-zone.ts";
import { readTwsTime } from "../src/tws-time.ts";
import { namedZoneMs } from "../src/zone-names.ts";

const names: readonly (readonly [string, string, string, string])[] = [
  ["AEST", "Australia/Sydney", "2025-05-16 02:39:39", "2025-05-15T16:39:39Z"],
  ["AEDT", "Australia/Sydney", "2025-01-16 02:39:39", "2025-01-15T15:39:39Z"],
  ["AEST", "Australia/Brisbane", "2025-01-16 02:39:39", "2025-01-15T16:39:39Z"],
  ["ACDT", "Australia/Adelaide", "2025-01-16 02:39:39", "2025-01-15T16:09:39Z"],
  ["NZDT", "Pacific/Auckland", "2025-01-16 02:39:39", "2025-01-15T13:39:39Z"],
  ["British Summer Time", "Europe/London", "2025-04-08 01:25:20", "2025-04-08T00:25:20Z"],
  ["BST", "Europe/London", "2025-04-08 01:25:20", "2025-04-08T00:25:20Z"],
  ["Greenwich Mean Time", "Europe/London", "2025-01-08 01:25:20", "2025-01-08T01:25:20Z"],
  ["MEZ", "Europe/Berlin", "2025-01-08 01:25:20", "2025-01-08T00:25:20Z"],
  ["MESZ", "Europe/Zurich", "2025-07-08 01:25:20", "2025-07-07T23:25:20Z"],
  ["Central European Standard Time", "Europe/Berlin", "2026-04-13 21:27:03", "2026-04-13T19:27:03Z"],
  ["W. Europe Standard Time", "Europe/Vienna", "2026-01-13 21:27:03", "2026-01-13T20:27:03Z"],
  ["China Standard Time", "Asia/Shanghai", "2026-04-13 21:27:03", "2026-04-13T13:27:03Z"],
  ["HKT", "Asia/Hong_Kong", "2026-04-13 21:27:03", "2026-04-13T13:27:03Z"],
  ["JST", "Asia/Tokyo", "2026-04-13 21:27:03", "2026-04-13T12:27:03Z"],
  ["IST", "Asia/Kolkata", "2026-04-13 21:27:03", "2026-04-13T15:57:03Z"],
  ["IST", "Europe/Dublin", "2026-04-13 21:27:03", "2026-04-13T20:27:03Z"],
  ["CST", "America/Chicago", "2026-01-13 21:27:03", "2026-01-14T03:27:03Z"],
  ["CST", "Asia/Shanghai", "2026-01-13 21:27:03", "2026-01-13T13:27:03Z"],
];
const shown = (wall: string) => Date.parse(`${wall.replace(" ", "T")}Z`);
const twsForm = (wall: string) => wall.replaceAll("-", "");

test.each(names)("zone: %s on a connection of %s, at %s, is %s by every interface", (name, zone, wall, at) => {
  expect(namedZoneMs(name, shown(wall), zone)).toBe(Date.parse(at));
  expect(readFlexTime(`${wall} ${name}`, zone)).toEqual({ executedAt: at.replace("Z", ".000000Z") });
  expect(readTwsTime(`${twsForm(wall)} ${name}`, zone)).toMatchObject({ atMs: Date.parse(at) });
});

test.each([
  // Another zone, another time of the year, or a name that nobody knows.
  ["AEST", "America/New_York", "2025-05-16 02:39:39"],
  ["AEST", "Australia/Sydney", "2025-01-16 02:39:39"],
  ["AEDT", "Australia/Sydney", "2025-05-16 02:39:39"],
  ["AEDT", "Australia/Brisbane", "2025-01-16 02:39:39"],
  ["BST", "Asia/Dhaka", "2025-04-08 01:25:20"],
  ["British Summer Time", "Europe/London", "2025-01-08 01:25:20"],
  ["Greenwich Mean Time", "Europe/London", "2025-07-08 01:25:20"],
  ["AST", "America/New_York", "2025-07-08 01:25:20"],
  ["Central European Standard Time", "Europe/London", "2026-04-13 21:27:03"],
  ["Lunar Standard Time", "Europe/London", "2026-04-13 21:27:03"],
  ["XYZ", "Europe/London", "2026-04-13 21:27:03"],
  ["AEST", "Nowhere/Here", "2025-05-16 02:39:39"],
])("zone: %s on a connection of %s, at %s, is refused", (name, zone, wall) => {
  expect(namedZoneMs(name, shown(wall), zone)).toBeNull();
  expect(readFlexTime(`${wall} ${name}`, zone).reason).toMatch(/zone is not known/);
  expect(readTwsTime(`${twsForm(wall)} ${name}`, zone)).toEqual({ reason: expect.stringMatching(/zone is not known/) });
});

test("zone: a TWS without a zone of its own reads no such name, and says what to set", () => {
  const reason = expect.stringMatching(/zone is not known: British Summer Time; set the connection's timeZone/);
  expect(readTwsTime("20250408 01:25:20 British Summer Time", null)).toEqual({ reason });
});

// Goal: beside the name of its season, every moment of a year is read as itself, the hour that is shown twice too. Method:
// a walk through the year asks the platform what the clock shows.
test.each([
  ["Australia/Sydney", 10, "AEST", "AEDT"],
  ["Europe/Berlin", 1, "MEZ", "MESZ"],
  ["Europe/London", 0, "Greenwich Mean Time", "British Summer Time"],
  ["Australia/Lord_Howe", 10.5, "LHST", "LHDT"],
] as const)("zone: each half hour of a year in %s is read beside its name", (zone, standard, winter, summer) => {
  const wrong: string[] = [];
  for (let ms = Date.UTC(2026, 0, 2); ms < Date.UTC(2026, 11, 30); ms += 1_800_000) {
    const wallMs = wallMsAt(ms, zone) ?? 0;
    const name = wallMs - ms === standard * 3_600_000 ? winter : summer;
    if (namedZoneMs(name, wallMs, zone) !== ms) wrong.push(new Date(ms).toISOString());
  }
  expect(wrong).toEqual([]);
});
