/** IBKR writes all times in US Eastern where a query shows no zone, for exchanges everywhere. */
export const defaultFlexTimeZone = "America/New_York";

/** True for a name that times can be read in, such as `America/New_York`. */
export function isTimeZone(name: string): boolean {
  return zoneOf(name) !== null;
}

/**
 * The milliseconds since 1970 of a wall clock's reading, given as if it were UTC; null for an unknown zone.
 *
 * A reading that the clock shows twice is the first of the two; a reading that it skips is as much later as it skips:
 * on 2026-11-01 in New York 01:30 is 05:30Z, on 2026-03-08 02:30 is 07:30Z. That is what java.time does, in which IBKR's
 * statements are likely made, and `Temporal` ("compatible").
 */
export function zonedMs(wallMs: number, timeZone: string): number | null {
  const zone = zoneOf(timeZone);
  if (zone === null) return null;
  const quarter = Math.floor(wallMs / QUARTER_MS);
  const known = zone.offsets.get(quarter);
  if (known !== undefined) return wallMs - known;
  const offset = offsetAt(zone.formatter, quarter * QUARTER_MS);
  if (quartersKept >= QUARTERS_KEPT_MAX) dropQuarters();
  quartersKept += 1;
  zone.offsets.set(quarter, offset);
  return wallMs - offset;
}

/** What the zone's clock shows at a moment, as if it were UTC, in milliseconds; null for an unknown zone. */
export function wallMsAt(epochMs: number, timeZone: string): number | null {
  const zone = zoneOf(timeZone);
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  return zone === null ? null : epochMs + utcOffset(zone.formatter, wholeMs);
}

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** Years of quarters of hours; asking the platform for every row takes most of the time of an import. */
const QUARTERS_KEPT_MAX = 100_000;
/** More names than the platform has, in whatever case they come: making a zone costs too much to make it for each row. */
const ZONES_KEPT_MAX = 1_000;
const UNKNOWN_KEPT_MAX = 100;

interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  /** By quarter of an hour. Zones change their clocks on those of their wall time: Chatham at a quarter to three. */
  readonly offsets: Map<number, number>;
}

// Pure functions of their keys kept in memory: what is asked first changes no answer.
const zones = new Map<string, Zone>();
const unknownZones = new Set<string>();
let quartersKept = 0;

function dropQuarters(): void {
  for (const { offsets } of zones.values()) offsets.clear();
  quartersKept = 0;
}

/**
 * A day before and after the reading, taken as UTC, are surely on the two sides of a change, if there is one: zones are up to
 * 14 hours ahead of UTC. The offset before
 * gives the first of two moments, and moves a skipped reading forward.
 */
function offsetAt(formatter: Intl.DateTimeFormat, wallMs: number): number {
  const before = utcOffset(formatter, wallMs - DAY_MS);
  if (utcOffset(formatter, wallMs - before) === before) return before;
  const after = utcOffset(formatter, wallMs + DAY_MS);
  return utcOffset(formatter, wallMs - after) === after ? after : before;
}

/** How far the zone's clock is ahead of UTC at a moment. */
function utcOffset(formatter: Intl.DateTimeFormat, epochMs: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter.formatToParts(epochMs)) parts[type] = value;
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - epochMs;
}

function zoneOf(timeZone: string): Zone | null {
  const name = timeZone.toLowerCase();
  const kept = zones.get(name);
  if (kept !== undefined) return kept;
  if (unknownZones.has(name)) return null;
  const formatter = madeFormatter(timeZone);
  if (formatter === null) {
    if (unknownZones.size >= UNKNOWN_KEPT_MAX) unknownZones.clear();
    unknownZones.add(name);
    return null;
  }
  if (zones.size >= ZONES_KEPT_MAX) {
    dropQuarters();
    zones.clear();
  }
  const made = { formatter, offsets: new Map<number, number>() };
  zones.set(name, made);
  return made;
}

function madeFormatter(timeZone: string): Intl.DateTimeFormat | null {
  const digits = "2-digit";
  const clock = { hour: digits, minute: digits, second: digits, hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric", month: digits, day: digits, ...clock });
  } catch {
    // RangeError: the platform knows no such zone.
    return null;
  }
}
