import { type Instant, instantFromUnixMs, parseInstant } from "@fillbook/core";
import { isTimeZone, zonedMs } from "./flex-zone.ts";
import { namedZoneMs } from "./zone-names.ts";

/** A time as read, or why it cannot be read, in words that name the option of the Flex query. */
export type FlexTime =
  | { readonly executedAt: Instant; readonly reason?: never }
  | { readonly executedAt?: never; readonly reason: string };

/**
 * Reads `dateTime`, in every date, time and separator option of a Flex query: `20250911;170000`,
 * `2026-04-02, 11:08:05 EDT`, `11-SEP-25 17:00:00`, `20250911170000`, `2025-09-11T17:00:00-0400`. A date alone, as fund
 * rows have it, is its midnight.
 *
 * Slash forms are refused: `04/05/2026` is two days, and nothing in the document says which.
 *
 * @param timeZone of times that show no zone themselves. See `zonedMs` for the hours that a clock shows twice or never.
 */
export function readFlexTime(text: string, timeZone: string): FlexTime {
  const fast = COMPACT.exec(text);
  if (fast !== null) {
    const day = `${fast[1]}-${fast[2]}-${fast[3]}`;
    return timeOf({ day, hour: fast[4], minute: fast[5], second: fast[6], zone: "" }, timeZone);
  }
  if (text.length > TEXT_LENGTH_MAX) return unreadable;
  if (/^\d{1,2}\/\d{1,2}\//.test(text)) return slashes;
  const match = GENERAL.exec(text);
  if (match === null) return unreadable;
  const [, date, hour, minute, second, zone = ""] = match;
  return timeOf({ day: flexDay(date), hour, minute, second, zone }, timeZone);
}

/** A date of a statement as `yyyy-MM-dd`; null for slash forms and for what is no date. */
export function flexDay(text: string | undefined): string | null {
  if (text === undefined || text.length > TEXT_LENGTH_MAX) return null;
  const digits = /^(20\d\d)-?(\d\d)-?(\d\d)$/.exec(text);
  if (digits !== null) return dayOf(digits[1], digits[2], digits[3]);
  const named = /^(\d\d)-([A-Za-z]{3})-(?:20)?(\d\d)$/.exec(text);
  const month = MONTHS.indexOf(named?.[2]?.toUpperCase() ?? "-") / 3 + 1;
  return named === null || !Number.isInteger(month) || month < 1
    ? null
    : dayOf(`20${named[3]}`, String(month).padStart(2, "0"), named[1]);
}

const TEXT_LENGTH_MAX = 60;
const MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";

/** The default form, which nearly every row has. */
const COMPACT = /^(20\d\d)-?(\d\d)-?(\d\d)[; ]?(\d\d):?(\d\d):?(\d\d)$/;
/** Date, then perhaps a separator and the clock, then perhaps a zone. */
const GENERAL =
  /^(20\d{6}|20\d\d-\d\d-\d\d|\d\d-[A-Za-z]{3}-(?:20)?\d\d)(?:(?:[;,] ?|[ T])?(\d\d):?(\d\d):?(\d\d)(?: ?([A-Za-z][A-Za-z/_. ]{0,38}|[+-]\d\d:?\d\d))?)?$/;

const unreadable = {
  reason: "the date and time are in no known form: choose yyyyMMdd and HHmmss in the Flex query",
} as const;
const slashes = {
  reason:
    "a date with slashes can be two days: choose the date format yyyyMMdd or yyyy-MM-dd in the delivery configuration of the Flex query",
} as const;

function dayOf(year = "", month = "", day = ""): string | null {
  const iso = `${year}-${month}-${day}`;
  return parseInstant(`${iso}T00:00:00Z`) === null ? null : iso;
}

interface WrittenTime {
  /** `yyyy-MM-dd`, perhaps one that no calendar has. */
  readonly day: string | null;
  readonly hour: string | undefined;
  readonly minute: string | undefined;
  readonly second: string | undefined;
  /** Empty where none is written. */
  readonly zone: string;
}

function timeOf({ day, hour = "00", minute = "00", second = "00", zone }: WrittenTime, timeZone: string): FlexTime {
  const dayMs = day === null ? null : dayMsOf(day);
  if (dayMs === null || hour > "23" || minute > "59" || second > "59") return absent;
  const wallMs = dayMs + Number(hour) * HOUR_MS + Number(minute) * 60_000 + Number(second) * 1_000;
  if (zone === "" && !isTimeZone(timeZone)) return { reason: "the connection's time zone is not known" };
  const utcMs = utcMsOf(wallMs, zone, timeZone);
  if (utcMs === null) return unknownZone;
  if (utcMs < FIRST_MS || utcMs >= END_MS) return { reason: "the time is not between 2000 and 2099" };
  return { executedAt: instantFromUnixMs(utcMs) };
}

function utcMsOf(wallMs: number, zone: string, timeZone: string): number | null {
  const offset = zone === "" ? timeZone : offsetOf(zone);
  if (typeof offset === "number") return wallMs - offset;
  return offset === undefined ? namedZoneMs(zone, wallMs, timeZone) : zonedMs(wallMs, offset);
}

const unknownZone = {
  reason:
    "the zone is not known: hide the time zone in the Flex query, or set the connection's timeZone to the one that is named",
} as const;

const absent = { reason: "the date or the time does not exist" } as const;

// Date rolls impossible dates over; what it made of one reads differently.
function dayMsOf(day: string): number | null {
  if (day === lastDay.day) return lastDay.ms;
  const ms = Date.parse(`${day}T00:00:00Z`);
  const known = Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? null : ms;
  lastDay = { day, ms: known };
  return known;
}

/** Rows of one day stand together, and finding out what a date is takes longer than the rest of a time. */
let lastDay: { readonly day: string; readonly ms: number | null } = { day: "", ms: null };

const FIRST_MS = Date.UTC(2000, 0, 1);
const END_MS = Date.UTC(2100, 0, 1);

/** Milliseconds ahead of UTC, or the name of a zone; undefined for what is neither. */
function offsetOf(zone: string): number | string | undefined {
  const digits = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (digits === null) return zones.get(zone) ?? (zone.includes("/") && isTimeZone(zone) ? zone : undefined);
  const minutes = Number(digits[2]) * 60 + Number(digits[3]);
  return minutes > 14 * 60 ? undefined : (digits[1] === "-" ? -minutes : minutes) * 60_000;
}

const HOUR_MS = 3_600_000;

/**
 * What a query that shows the zone writes. Abbreviations that stand for several zones (`CST`, `IST`, `BST`) are not
 * guessed, see `namedZoneMs`; `EST` and `EDT` are New York's, as seen in statements.
 */
const zones: ReadonlyMap<string, number | string> = new Map<string, number | string>([
  ["EST", -5 * HOUR_MS],
  ["EDT", -4 * HOUR_MS],
  ["CDT", -5 * HOUR_MS],
  ["MDT", -6 * HOUR_MS],
  ["PDT", -7 * HOUR_MS],
  ["UTC", 0],
  ["GMT", 0],
  ["Z", 0],
  ["CET", HOUR_MS],
  ["CEST", 2 * HOUR_MS],
  ["HKT", 8 * HOUR_MS],
  ["SGT", 8 * HOUR_MS],
  ["JST", 9 * HOUR_MS],
]);
