import { type Instant, unixMsOf } from "../instant.ts";

/**
 * A function from a moment to its calendar date in a zone, such as `2026-03-08`.
 *
 * @throws RangeError for a zone that the platform does not know.
 */
export function localDay(timeZone: string): (value: Instant) => string {
  if (timeZone === "UTC") return (value) => value.slice(0, 10);
  const fields = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    ...fields,
  });
  return (value) => {
    // The order of a locale's parts may change with the platform, their types do not.
    const parts = new Map(format.formatToParts(unixMsOf(value)).map((part) => [part.type, part.value]));
    return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
  };
}
