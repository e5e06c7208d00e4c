/** IBKR writes all times in US Eastern where a query shows no zone, for exchanges everywhere. */
export const defaultFlexTimeZone = "America/New_York";

/** True for a name that times can be read in, such as `America/New_York`. */
export function isTimeZone(name: string): boolean {
  return formatterOf(name) !== null;
}

/**
 * The milliseconds since 1970 of a wall clock's reading, given as if it were UTC; null for an unknown zone.
 *
 * A reading that the clock shows twice is the first of the two; a reading that it skips is as much later as it skips:
 * on 2026-11-01 in New York 01:30 is 05:30Z, on 2026-03-08 02:30 is 07:30Z. That is what java.time does, in which IBKR's
 * statements are likely made, and `Temporal` ("compatible").
 */
export function zonedMs(wallMs: number, timeZone: string): number | null {
  const hour = Math.floor(wallMs / HOUR_MS);
  const offsets = offsetsOf(timeZone);
  const known = offsets.get(hour);
  if (known !== undefined) return wallMs - known;
  const formatter = formatterOf(timeZone);
  if (formatter === null) return null;
  const offset = offsetAt(formatter, hour * HOUR_MS);
  if (offsets.size >= HOURS_KEPT_MAX) offsets.clear();
  offsets.set(hour, offset);
  return wallMs - offset;
}

/** What the zone's clock shows at a moment, as if it were UTC, in milliseconds; null for an unknown zone. */
export function wallMsAt(epochMs: number, timeZone: string): number | null {
  const formatter = formatterOf(timeZone);
  const wholeMs = Math.floor(epochMs / 1000) * 1000;
  return formatter === null ? null : epochMs + utcOffset(formatter, wholeMs);
}

const HOUR_MS = 3_600_000;
const HALF_DAY_MS = 12 * HOUR_MS;
/** Three years of hours; asking the platform for every row takes most of the time of an import. */
const HOURS_KEPT_MAX = 27_000;
const ZONES_KEPT_MAX = 20;

// A pure function of its key kept in memory: what is asked first changes no answer. Zones change their clocks on whole
// hours of their wall time, so one offset holds for an hour.
const offsetsByZone = new Map<string, Map<number, number>>();
const formatters = new Map<string, Intl.DateTimeFormat | null>();

function offsetsOf(timeZone: string): Map<number, number> {
  let offsets = offsetsByZone.get(timeZone);
  if (offsets === undefined) {
    if (offsetsByZone.size >= ZONES_KEPT_MAX) offsetsByZone.clear();
    offsets = new Map();
    offsetsByZone.set(timeZone, offsets);
  }
  return offsets;
}

/**
 * Half a day before and after the reading are surely on the two sides of a change, if there is one. The offset before
 * gives the first of two moments, and moves a skipped reading forward.
 */
function offsetAt(formatter: Intl.DateTimeFormat, wallMs: number): number {
  const before = utcOffset(formatter, wallMs - HALF_DAY_MS);
  if (utcOffset(formatter, wallMs - before) === before) return before;
  const after = utcOffset(formatter, wallMs + HALF_DAY_MS);
  return utcOffset(formatter, wallMs - after) === after ? after : before;
}

/** How far the zone's clock is ahead of UTC at a moment. */
function utcOffset(formatter: Intl.DateTimeFormat, epochMs: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatter.formatToParts(epochMs)) parts[type] = value;
  const { year, month, day, hour, minute, second } = parts;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - epochMs;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat | null {
  const kept = formatters.get(timeZone);
  if (kept !== undefined) return kept;
  const made = madeFormatter(timeZone);
  if (formatters.size >= ZONES_KEPT_MAX) formatters.clear();
  formatters.set(timeZone, made);
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
