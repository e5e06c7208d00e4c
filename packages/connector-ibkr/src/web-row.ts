import { type Decimal, type Instant, instantFromUnixMs, type Json, parseDecimal } from "@fillbook/core";

/** A stored row of /iserver/account/trades. */
export type WebRow = { readonly [name: string]: Json };

/** Text of a field, trimmed; null where it is absent or empty. Numbers of older stores become text. */
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

/**
 * A number as decimal text. Sizes are sent as floats, so a number with sixteen digits and more is taken for one that
 * was not exact, and rounded to the fifteen that a float holds for sure.
 */
export function webNumber(text: string | null): Decimal | null {
  if (text === null || text.length > 60) return null;
  const plain = /e/i.test(text) ? expanded(text) : text;
  const digits = plain.replace(/^-?0*\.?0*|\./g, "");
  return parseDecimal(plain.includes(".") && digits.length >= 16 ? rounded(plain) : plain);
}

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

function expanded(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,2})$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const shift = Number(exponent);
  const padded = shift < 0 ? whole.padStart(1 - shift + whole.length, "0") : whole;
  const digits = `${padded}${fraction.padEnd(Math.max(0, shift), "0")}`;
  const point = padded.length + shift;
  return `${sign}${digits.slice(0, point).replace(/^0+(?=\d)/, "")}${point < digits.length ? `.${digits.slice(point)}` : ""}`;
}

function rounded(text: string): string {
  return expanded(Number(text).toPrecision(15))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
