import { createHash } from "node:crypto";
import { z } from "zod";
import type { TwsRecord } from "./tws-record.ts";

/** What of a day was yielded: its first executions by time and id, and a digest over them. */
type TwsDay = { readonly day: string; readonly rows: number; readonly digest: string };

/**
 * What is stored of the list of executions. It claims no time: each run reads the whole list, and leaves out the
 * executions of a day that are exactly as they were, unless somebody asks for all.
 */
export type TwsCursor = {
  readonly version: 1;
  readonly days: readonly TwsDay[];
  /** When a list was read to its end, milliseconds since 1970. */
  readonly readAtMs: number | null;
  /** Whether a list that somebody wanted whole was not yielded to its end. */
  readonly isRereading: boolean;
};

export const twsCursorSchema: z.ZodType<TwsCursor> = z.strictObject({
  version: z.literal(1),
  days: z
    .array(
      z.strictObject({
        day: z.string().regex(/^(?:20\d{6}|unknown)$/),
        rows: z.number().int().min(0),
        digest: z.string().max(100),
      }),
    )
    .max(1_000),
  readAtMs: z.number().int().min(0).nullable(),
  isRereading: z.boolean().default(false),
});

export const emptyTwsCursor: TwsCursor = { version: 1, days: [], readAtMs: null, isRereading: false };

/** What the records that are not stored yet come to. */
export interface TwsPlannedPage {
  readonly records: readonly TwsRecord[];
  /** Once the page is stored. */
  readonly cursor: TwsCursor;
}

/**
 * The records that are new, in pages, oldest first. A day that begins with the records that were yielded goes on behind
 * them; another one, such as one with a commission that came late, is yielded whole.
 *
 * @param reading what else decides how a record is read: when it changes, all records are as good as new.
 */
export function twsPages(
  before: TwsCursor,
  records: readonly TwsRecord[],
  { pageRecords, reading }: { readonly pageRecords: number; readonly reading: string },
): { readonly pages: readonly TwsPlannedPage[]; readonly cursor: TwsCursor } {
  const days = byDay(records);
  const pages: TwsPlannedPage[] = [];
  let cursor = before;
  let open: TwsRecord[] = [];
  for (const [day, rows] of days) {
    for (let start = knownRows(before, { day, rows, reading }); start < rows.length; ) {
      const end = Math.min(rows.length, start + pageRecords - open.length);
      open.push(...rows.slice(start, end));
      cursor = withDay(cursor, { day, rows: rows.slice(0, end), reading });
      start = end;
      if (open.length < pageRecords) continue;
      pages.push({ records: open, cursor });
      open = [];
    }
  }
  if (open.length > 0) pages.push({ records: open, cursor });
  // Days that TWS does not show any more need no digest; an empty list may only be late.
  const kept = days.size === 0 ? cursor.days : cursor.days.filter(({ day }) => days.has(day));
  return { pages, cursor: { ...cursor, days: kept } };
}

interface DayRows {
  readonly day: string;
  readonly rows: readonly TwsRecord[];
  readonly reading: string;
}

/** By day as TWS writes it, and within a day by time and id, whatever order they came in. */
function byDay(records: readonly TwsRecord[]): ReadonlyMap<string, readonly TwsRecord[]> {
  const keyed = records.map((record) => ({ record, key: sortKey(record) }));
  const days = new Map<string, TwsRecord[]>();
  for (const { record } of keyed.sort((left, right) => (left.key < right.key ? -1 : 1))) {
    const day = /^20\d{6}/.exec(record.execution.time ?? "")?.[0] ?? "unknown";
    const rows = days.get(day);
    if (rows === undefined) days.set(day, [record]);
    else rows.push(record);
  }
  return days;
}

function sortKey(record: TwsRecord): string {
  const { time = "", execId = "" } = record.execution;
  return [time, execId, JSON.stringify(record)].join("\u0000");
}

/** How many of the rows were yielded and are as they were. */
function knownRows(cursor: TwsCursor, { day, rows, reading }: DayRows): number {
  const known = cursor.days.find((one) => one.day === day);
  if (known === undefined || known.rows > rows.length) return 0;
  return digestOf({ day, rows: rows.slice(0, known.rows), reading }) === known.digest ? known.rows : 0;
}

function withDay(cursor: TwsCursor, read: DayRows): TwsCursor {
  const others = cursor.days.filter(({ day }) => day !== read.day);
  const days = [...others, { day: read.day, rows: read.rows.length, digest: digestOf(read) }];
  return { ...cursor, days: days.sort((left, right) => (left.day < right.day ? -1 : 1)).slice(-1_000) };
}

function digestOf({ rows, reading }: DayRows): string {
  const hash = createHash("sha256").update(`${reading}\n`);
  for (const record of rows) hash.update(`${JSON.stringify(record)}\n`);
  return hash.digest("base64url");
}
