/**
 * A moment in UTC as ISO 8601 text with microseconds: `2023-07-06T18:23:16.880200Z`.
 * Two instants compare as text. Years 2000 to 2099 only: anything else is a parsing mistake.
 */
export type Instant = string & { readonly __brand: "Instant" };

const PATTERN = /^(20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?(?:Z|\+00:00)$/;

/**
 * Reads ISO 8601 text in UTC. Digits finer than microseconds are cut, never rounded, so a fill cannot move to a later day.
 *
 * @throws RangeError for another zone, another form, or a date that does not exist.
 */
export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === null) throw new RangeError(`not a UTC instant: ${JSON.stringify(String(text).slice(0, 50))}`);
  return parsed;
}

/** Like {@link instant}, with null where it would throw. */
export function parseInstant(text: unknown): Instant | null {
  if (typeof text !== "string") return null;
  const match = PATTERN.exec(text);
  const seconds = match?.[1];
  if (seconds === undefined) return null;
  if (!isRealTime(seconds)) return null;
  return `${seconds}.${(match?.[2] ?? "").slice(0, 6).padEnd(6, "0")}Z` as Instant;
}

// Date rolls impossible dates over (February 30 becomes March 2); they are refused here instead.
function isRealTime(seconds: string): boolean {
  const [year, month, day] = [seconds.slice(0, 4), seconds.slice(5, 7), seconds.slice(8, 10)].map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const monthDays = month === 2 ? (year % 4 === 0 ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  const timeFits = seconds.slice(11, 13) <= "23" && seconds.slice(14, 16) <= "59" && seconds.slice(17) <= "59";
  return month >= 1 && month <= 12 && day >= 1 && day <= monthDays && timeFits;
}

/**
 * Reads unix seconds as decimal text (`"1688667796.8802"`) without going through a float.
 *
 * @throws RangeError for other text or a year outside 2000 to 2099.
 */
export function instantFromUnixSeconds(text: string): Instant {
  const match = /^(\d{9,10})(?:\.(\d{1,30}))?$/.exec(text);
  const seconds = match?.[1];
  const iso = seconds === undefined ? "" : new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  if (!iso.startsWith("20")) throw new RangeError(`not unix seconds: ${JSON.stringify(String(text).slice(0, 50))}`);
  return `${iso}.${(match?.[2] ?? "").slice(0, 6).padEnd(6, "0")}Z` as Instant;
}

/** The instant of a clock reading in milliseconds since 1970, as {@link Clock.now} gives it. */
export function instantFromUnixMs(epochMs: number): Instant {
  const iso = new Date(epochMs).toISOString();
  if (!iso.startsWith("20")) throw new RangeError(`not a clock reading: ${epochMs}`);
  return `${iso.slice(0, 23)}000Z` as Instant;
}

/** Milliseconds since 1970, rounded down. */
export function unixMsOf(value: Instant): number {
  return Date.parse(`${value.slice(0, 23)}Z`);
}
