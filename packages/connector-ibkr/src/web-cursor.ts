import { createHash } from "node:crypto";
import type { Json } from "@fillbook/core";
import { z } from "zod";
import { type WebRow, webText } from "./web-row.ts";

/** What of a day was yielded: its first rows by time and id, and a digest over them. */
type WebDay = { readonly day: string; readonly rows: number; readonly digest: string };

/**
 * What is stored of the list of seven days. It claims no time: each run reads the whole list, and leaves out the rows
 * of a day that are exactly as they were, unless somebody asks for all.
 */
export type WebCursor = {
  readonly version: 1;
  readonly days: readonly WebDay[];
  /** When a list was read to its end, milliseconds since 1970. */
  readonly readAtMs: number | null;
  /** Whether a list that somebody wanted whole was not yielded to its end. */
  readonly isRereading: boolean;
};

const dayText = z.string().regex(/^(?:20\d\d-\d\d-\d\d|unknown)$/);

export const webCursorSchema: z.ZodType<WebCursor> = z.strictObject({
  version: z.literal(1),
  days: z
    .array(z.strictObject({ day: dayText, rows: z.number().int().min(0), digest: z.string().max(100) }))
    .max(1_000),
  readAtMs: z.number().int().min(0).nullable(),
  isRereading: z.boolean().default(false),
});

export const emptyWebCursor: WebCursor = { version: 1, days: [], readAtMs: null, isRereading: false };

/** A row with what `normalize` will be told of its instrument: when that changes, the row is as good as new. */
export interface WebSeenRow {
  readonly raw: Json;
  readonly instrument: Json;
}

/** The rows by day, oldest first; within a day by time and id, whatever order they came in. Copies are one. */
export function byDay(rows: readonly WebSeenRow[]): ReadonlyMap<string, readonly WebSeenRow[]> {
  const keyed = rows.map((row) => ({ row, key: sortKey(row.raw) }));
  const days = new Map<string, WebSeenRow[]>();
  let last = "";
  for (const { row, key } of keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))) {
    if (key === last) continue;
    last = key;
    const day = dayOf(row.raw);
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return days;
}

/** What of a day is new: all of it, unless it still begins with exactly the rows that were yielded. */
export function freshRows(cursor: WebCursor, day: string, rows: readonly WebSeenRow[]): number {
  const known = cursor.days.find((one) => one.day === day);
  if (known === undefined || known.rows > rows.length) return 0;
  return digestOf(rows.slice(0, known.rows)) === known.digest ? known.rows : 0;
}

/** The cursor once so many rows of the day are stored. */
export function withDay(cursor: WebCursor, day: string, rows: readonly WebSeenRow[]): WebCursor {
  const others = cursor.days.filter((one) => one.day !== day);
  const days = [...others, { day, rows: rows.length, digest: digestOf(rows) }];
  return { ...cursor, days: days.sort((left, right) => (left.day < right.day ? -1 : 1)).slice(-1_000) };
}

function digestOf(rows: readonly WebSeenRow[]): string {
  const hash = createHash("sha256");
  for (const { raw, instrument } of rows) hash.update(`${JSON.stringify([raw, instrument])}\n`);
  return hash.digest("base64url");
}

function dayOf(raw: Json): string {
  const time = webText(rowOf(raw), "trade_time") ?? "";
  const match = /^(20\d\d)(\d\d)(\d\d)-/.exec(time);
  return match === null ? "unknown" : `${match[1]}-${match[2]}-${match[3]}`;
}

/** Time, id, then all of it: rows of one id that differ are both kept. */
function sortKey(raw: Json): string {
  const row = rowOf(raw);
  return [webText(row, "trade_time") ?? "", webText(row, "execution_id") ?? "", JSON.stringify(raw)].join("\u0000");
}

function rowOf(raw: Json): WebRow {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) ? (raw as WebRow) : {};
}
