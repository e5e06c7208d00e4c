import { type Instant, instantFromUnixMs } from "@fillbook/core";
import { isTimeZone, wallMsAt, zonedMs } from "./flex-zone.ts";
import { namedZoneMs } from "./zone-names.ts";

/** A time as read, or why it cannot be. */
export type TwsTime = { readonly at: Instant; readonly atMs: number } | { readonly reason: string };

/**
 * Reads the time of an execution in the forms that TWS has had: `20260413 15:27:04 US/Eastern`, `20231214-20:57:37`
 * (UTC), `20230412  10:00:00` (the zone of the login), `20250408 01:25:20 British Summer Time` (where the login's zone is called so).
 *
 * @param timeZone of the login; without one the last two cannot be read.
 */
export function readTwsTime(text: string, timeZone: string | null): TwsTime {
  const match = FORM.exec(text);
  if (match === null) return { reason: "time: is in no known form" };
  const [, year, month, day, separator, clock, named] = match;
  const wallMs = Date.parse(`${year}-${month}-${day}T${clock}Z`);
  // Days that the calendar does not have are moved by some engines.
  const isDay = !Number.isNaN(wallMs) && new Date(wallMs).toISOString().startsWith(`${year}-${month}-${day}`);
  if (!isDay) return { reason: "time: does not exist" };
  const zone = named === undefined ? (separator === "-" ? "UTC" : timeZone) : twsZone(named);
  if (zone === null && named === undefined) return { reason: unnamed };
  const atMs = zone === null ? namedMs(wallMs, named ?? "", timeZone) : zonedMs(wallMs, zone);
  if (atMs === null) return { reason: `time: its zone is not known: ${named ?? zone}; ${setZone}` };
  return { at: instantFromUnixMs(atMs), atMs };
}

function namedMs(wallMs: number, named: string, timeZone: string | null): number | null {
  return timeZone === null ? null : namedZoneMs(named.trim(), wallMs, timeZone);
}

/** The zone of a handshake's time such as `20260405 12:00:00 CET`; null for one that is not known, such as of Windows. */
export function connectionZone(connectionTime: string): string | null {
  const named = /^\d{8} {1,2}\d\d:\d\d:\d\d (.+)$/.exec(connectionTime)?.[1];
  return named === undefined ? null : twsZone(named);
}

/** Java's name of a zone as one that the platform knows, null where there is none or it may mean several. */
export function twsZone(named: string): string | null {
  const name = named.trim();
  const short = shortNames.get(name);
  if (short !== undefined) return short;
  // Offsets such as +01:00 are zones to the platform, thousands of them, and no names of Java's.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,59}$/.test(name) || /^[A-Z]{1,4}$/.test(name)) return null;
  return isTimeZone(name) ? name : null;
}

/** When the day began on a zone's clock, in milliseconds since 1970, so many days before today. */
export function dayStartMs(nowMs: number, { timeZone, daysAgo }: { timeZone: string; daysAgo: number }): number {
  const wallMs = wallMsAt(nowMs, timeZone) ?? nowMs;
  const midnightMs = Math.floor(wallMs / DAY_MS) * DAY_MS - daysAgo * DAY_MS;
  return zonedMs(midnightMs, timeZone) ?? midnightMs;
}

const FORM = /^(20\d\d)(\d\d)(\d\d)(-| {1,2})((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?: ([A-Za-z0-9_+\-/. ]{1,60}))?$/;
const DAY_MS = 86_400_000;
const setZone = "set the connection's timeZone to the one that is named";
const unnamed =
  'time: shows no zone; set the connection\'s timeZone, or "Send instrument-specific attributes in UTC" in TWS';

/**
 * Abbreviations. `CST`, `IST`, `BST`, `PST` and the like stand for several zones and are not guessed; `EST` and `EDT` are
 * New York's, as in statements.
 */
const shortNames: ReadonlyMap<string, string> = new Map([
  ...(["UTC", "GMT", "UCT", "Z"] as const).map((name) => [name, "UTC"] as const),
  ["EST", "Etc/GMT+5"],
  ["EDT", "Etc/GMT+4"],
  ["MET", "Europe/Paris"],
  ["CET", "Europe/Paris"],
  ["EET", "Europe/Athens"],
  ["WET", "Europe/Lisbon"],
  ["GB", "Europe/London"],
  ["JST", "Asia/Tokyo"],
  ["HKT", "Asia/Hong_Kong"],
  ["SGT", "Asia/Singapore"],
]);
