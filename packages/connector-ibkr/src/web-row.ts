import { isJsonObject } from "@fillbook/connector-kit";
import { type Decimal, type Instant, instantFromUnixMs, type Json, parseDecimal } from "@fillbook/core";
import { expandedNumber, withoutFloatNoise } from "./web-float.ts";

/** A stored row of /iserver/account/trades. */
export type WebRow = { readonly [name: string]: Json };

/** The row, to read fields of; one without fields where it is no object: a row is whatever the broker sent. */
export function webRow(raw: Json): WebRow {
  return isJsonObject(raw) ? raw : {};
}

/**
 * Text of a field, trimmed; null where it is absent or empty. What is still a number was read from few enough digits for
 * its text to be the broker's; longer ones are text already.
 */
export function webText(row: WebRow, name: string): string | null {
  const value = row[name];
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text.trim() : null;
}

/** The instrument's number: `conid`, which may be text, or what `conidEx` begins with. */
export function webConid(row: WebRow): string | null {
  const told = webText(row, "conid") ?? webText(row, "conidEx") ?? webText(row, "conidex") ?? "";
  const digits = /^(\d{1,20})(?:\.0+)?(?:[@;].*)?$/.exec(told)?.[1] ?? "";
  return /^0*$/.test(digits) ? null : digits;
}

/** The instrument's number of a row that may be anything. */
export function webRowConid(raw: Json): string | null {
  return webConid(webRow(raw));
}

/** A number as decimal text, with every digit that was sent. */
export function webNumber(text: string | null): Decimal | null {
  return text === null || text.length > NUMBER_LENGTH_MAX ? null : parseDecimal(expandedNumber(text));
}

/** A size: IBKR adds sizes up as floats, and sends 0.30000000000000004 for 0.3. */
export function webSize(text: string | null): Decimal | null {
  return text === null || text.length > NUMBER_LENGTH_MAX
    ? null
    : parseDecimal(withoutFloatNoise(expandedNumber(text)));
}

const NUMBER_LENGTH_MAX = 60;

/** When it happened: `trade_time_r` in milliseconds, which must agree with `trade_time`; both are UTC. */
export function webTime(row: WebRow): { readonly at: Instant } | { readonly reason: string } {
  const told = timeMs(webText(row, "trade_time"));
  const rawMs = webText(row, "trade_time_r");
  const exactMs = rawMs !== null && /^\d{12,13}(?:\.0+)?$/.test(rawMs) ? Number(rawMs) : null;
  if (rawMs !== null && exactMs === null) return { reason: "trade_time_r: is not a moment in milliseconds" };
  if (told === undefined) return { reason: "trade_time: is not a time as yyyyMMdd-HH:mm:ss" };
  if (told !== null && exactMs !== null && Math.abs(told - exactMs) >= 1_000) {
    return { reason: "trade_time: is another moment than trade_time_r" };
  }
  const ms = exactMs ?? told;
  if (ms === null) return { reason: "trade_time: is missing, and so is trade_time_r" };
  if (ms < YEAR_2000_MS || ms >= YEAR_2100_MS) return { reason: "trade_time: is not in this century" };
  return { at: instantFromUnixMs(ms) };
}

const YEAR_2000_MS = Date.UTC(2000);
const YEAR_2100_MS = Date.UTC(2100);

/** Null where there is none, undefined where it cannot be read. */
function timeMs(text: string | null): number | null | undefined {
  if (text === null) return null;
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, time] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${time}Z`);
  if (Number.isNaN(ms)) return undefined;
  // Days that the calendar does not have are moved by some engines.
  return new Date(ms).toISOString().startsWith(`${year}-${month}-${day}`) ? ms : undefined;
}
