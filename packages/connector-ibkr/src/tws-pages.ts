import { createHash } from "node:crypto";
import { nextTurn } from "./next-turn.ts";
import { sortedInTurns } from "./sorted-in-turns.ts";
import type { TwsRow } from "./tws-collector.ts";
import { type TwsCursor, type TwsDay, twsDaysMax } from "./tws-cursor.ts";
import { type TwsRecord, twsRecord } from "./tws-record.ts";

/** What the executions that are not stored yet come to. */
export interface TwsPlannedPage {
  readonly records: readonly TwsRecord[];
  /** Once the page is stored. */
  readonly cursor: TwsCursor;
  /** Of the last page: the cursor without the days that TWS does not show any more. */
  readonly whole: TwsCursor | null;
}

export interface TwsPaging {
  readonly pageRecords: number;
  /** What else decides how a record is read: when it changes, all records are as good as new. */
  readonly reading: string;
}

/**
 * The executions that are new, in pages, oldest first; the last page may be empty. A day that begins with the executions
 * that were yielded goes on behind them; another one, such as one with a commission that came late, is yielded whole.
 * A page is made when it is asked for, and a long list lets other work have its turns.
 */
export async function* twsPages(
  before: TwsCursor,
  rows: readonly TwsRow[],
  { pageRecords, reading }: TwsPaging,
): AsyncGenerator<TwsPlannedPage, void> {
  const known = new Map(before.days.map((day) => [day.day, day]));
  const days = new Map(known);
  const shown = new Set<string>();
  let records: TwsRecord[] = [];
  for (const { day, rows: own } of byDay(await inOrder(rows))) {
    shown.add(day);
    const { stored, digest } = await storedOf(known.get(day), own, reading);
    for (const [index, row] of own.slice(stored).entries()) {
      if (records.length === pageRecords) {
        if (index > 0) days.set(day, { day, rows: stored + index, digest: digest.text() });
        yield { records, cursor: { ...before, days: newest(days) }, whole: null };
        records = [];
        await nextTurn();
      }
      digest.add(row);
      records.push(twsRecord(row, row.commission));
    }
    if (stored < own.length) days.set(day, { day, rows: own.length, digest: digest.text() });
  }
  const cursor = { ...before, days: newest(days) };
  // An empty list may only be late.
  const kept = rows.length === 0 ? cursor.days : cursor.days.filter(({ day }) => shown.has(day));
  yield { records, cursor, whole: { ...cursor, days: kept } };
}

/** By day as TWS writes it, and within a day by time and id, whatever order they came in; unreadable days come last. */
async function inOrder(rows: readonly TwsRow[]): Promise<readonly TwsRow[]> {
  const dated = rows.filter((row) => dayOf(row) !== UNKNOWN_DAY);
  const others = rows.filter((row) => dayOf(row) === UNKNOWN_DAY);
  return [...(await sortedInTurns(dated, byTime)), ...(await sortedInTurns(others, byTime))];
}

const UNKNOWN_DAY = "unknown";

function dayOf({ time }: TwsRow): string {
  return /^20\d{6}/.exec(time)?.[0] ?? UNKNOWN_DAY;
}

function byTime(left: TwsRow, right: TwsRow): number {
  return compared(left.time, right.time) || compared(left.execId, right.execId) || compared(left.text, right.text);
}

function compared(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Spans of rows of one day. */
function* byDay(rows: readonly TwsRow[]): Generator<{ readonly day: string; readonly rows: readonly TwsRow[] }, void> {
  let start = 0;
  for (const [index, row] of rows.entries()) {
    const next = rows[index + 1];
    const day = dayOf(row);
    if (next !== undefined && dayOf(next) === day) continue;
    yield { day, rows: rows.slice(start, index + 1) };
    start = index + 1;
  }
}

/** How many rows of a day were yielded and are as they were, and the digest over them, which goes on behind them. */
async function storedOf(known: TwsDay | undefined, rows: readonly TwsRow[], reading: string) {
  const digest = rowDigest(reading);
  if (known === undefined || known.rows > rows.length) return { stored: 0, digest };
  for (const [index, row] of rows.slice(0, known.rows).entries()) {
    digest.add(row);
    if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
  }
  if (digest.text() === known.digest) return { stored: known.rows, digest };
  return { stored: 0, digest: rowDigest(reading) };
}

const ROWS_A_TURN = 2_000;

function rowDigest(reading: string) {
  const hash = createHash("sha256").update(`${reading}\n`);
  return {
    add({ text, commission }: TwsRow) {
      const priced = commission?.text ?? "";
      // With their lengths, so that no two rows read as others do.
      hash.update(`${text.length} ${priced.length}\n`).update(text).update(priced);
    },
    text: () => hash.copy().digest("base64url"),
  };
}

/** The days of a cursor, which has room for so many; older ones are left out of the map as well. */
function newest(days: Map<string, TwsDay>): readonly TwsDay[] {
  const sorted = [...days.values()].sort((left, right) => compared(left.day, right.day));
  for (const { day } of sorted.slice(0, -twsDaysMax)) days.delete(day);
  return sorted.slice(-twsDaysMax);
}
