import { type Instant, instantFromUnixSeconds, parseInstant } from "@fillbook/core";
import { z } from "zod";

/**
 * A time as Kraken writes it: unix seconds, as text where the pre-pass saw them and as a number elsewhere, or in tables
 * `2019-05-15 12:10:30.0000`, which is UTC without saying so (support.kraken.com, read 2026-05-27).
 */
export const krakenTime = z.unknown().transform((token, context): Instant => {
  const time = typeof token === "string" || typeof token === "number" ? timeOf(String(token)) : null;
  if (time !== null) return time;
  context.addIssue({ code: "custom", message: "is not unix seconds between 2000 and 2099" });
  return z.NEVER;
});

function timeOf(text: string): Instant | null {
  const [, day, clock] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,12})?)$/.exec(text) ?? [];
  if (day !== undefined) return parseInstant(`${day}T${clock}Z`);
  try {
    return instantFromUnixSeconds(text);
  } catch {
    return null;
  }
}
