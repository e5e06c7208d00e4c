import { type Instant, parseInstant } from "@fillbook/core";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const PATTERN = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/;

/**
 * Reads the date of an HTTP header as servers must write it, such as an answer's `Date`, which says when a broker reported
 * what is in it. Null for any other form, and for no header.
 *
 * @example
 * httpDate("Mon, 05 Jan 2026 10:00:00 GMT") // 2026-01-05T10:00:00.000000Z
 */
export function httpDate(text: string | null): Instant | null {
  const [, day, name = "", year, time] = PATTERN.exec(text?.trim() ?? "") ?? [];
  const month = String(MONTHS.indexOf(name) + 1).padStart(2, "0");
  return parseInstant(`${year}-${month}-${day}T${time}Z`);
}
