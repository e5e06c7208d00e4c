import { cursorDays, type WebCursor, type WebDay, type WebDayDigest, yieldedBefore } from "./web-cursor.ts";
import type { WebSeenRow } from "./web-seen-rows.ts";

/** Rows that are not stored yet, and the cursor once they are. */
export interface PlannedPage {
  readonly rows: readonly WebSeenRow[];
  readonly cursor: WebCursor;
}

/** How long a page may become. */
export interface PageLimits {
  readonly records: number;
  /** Characters of the rows' JSON; a single row may be longer. */
  readonly jsonLength: number;
}

/**
 * What is not stored yet, in pages, oldest day first. Each day is given up once it is planned, so that a store that takes
 * its time does not keep the whole list in memory. The last page holds no rows: its cursor is that of a list read to its end.
 */
export function* plannedPages(
  before: WebCursor,
  days: Map<string, readonly WebSeenRow[]>,
  limits: PageLimits,
): Generator<PlannedPage, void> {
  const known = new Map(before.days.map((day) => [day.day, day]));
  const listed = new Set(days.keys());
  let open: WebSeenRow[] = [];
  let jsonLength = 0;
  for (const [day, rows] of days) {
    days.delete(day);
    const yielded = yieldedBefore(known.get(day), rows);
    for (const row of rows.slice(yielded.rows)) {
      const isFull = open.length >= limits.records || jsonLength + row.jsonLength > limits.jsonLength;
      if (isFull && open.length > 0) {
        yield { rows: open, cursor: cursorOf(before, noted(known, day, yielded)) };
        [open, jsonLength] = [[], 0];
      }
      open.push(row);
      jsonLength += row.jsonLength;
      yielded.add(row);
    }
    noted(known, day, yielded);
  }
  if (open.length > 0) yield { rows: open, cursor: cursorOf(before, known) };
  // An empty list says nothing of the days that were in it.
  if (listed.size > 0) for (const day of known.keys()) if (!listed.has(day)) known.delete(day);
  yield { rows: [], cursor: cursorOf(before, known) };
}

function noted(known: Map<string, WebDay>, day: string, yielded: WebDayDigest): Map<string, WebDay> {
  // A page may begin with this day before any row of it was yielded.
  if (yielded.rows > 0) known.set(day, { day, rows: yielded.rows, digest: yielded.digest() });
  return known;
}

function cursorOf(before: WebCursor, known: ReadonlyMap<string, WebDay>): WebCursor {
  return { ...before, days: cursorDays(known.values()) };
}
