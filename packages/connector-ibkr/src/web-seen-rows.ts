import { createHash } from "node:crypto";
import type { Json } from "@fillbook/core";
import { letTimersRun } from "@fillbook/core/connector";
import type { WebInstrument } from "./web-instruments.ts";
import { type WebRow, webRow, webRowConid, webText } from "./web-row.ts";

/** A row of the list, ready to be put in order. */
export interface WebSeenRow {
  readonly raw: Json;
  /** Of the row and of what `normalize` will know of its instrument: when that changes, the row is as good as new. */
  readonly digest: string;
  /** Characters of its JSON. */
  readonly jsonLength: number;
  /** "2026-03-02", or "unknown". */
  readonly day: string;
  /** Time, id and digest: rows of one id that differ are both kept. */
  readonly sortKey: string;
}

/** What is worked through before timers get their turn: characters of JSON, and rows. */
const TURN_LENGTH = 262_144;
const TURN_ROWS = 500;

/** Looks at each row once, in time linear to their length; timers run in between. */
export async function seenRows(
  rows: readonly Json[],
  instruments: ReadonlyMap<string, WebInstrument>,
): Promise<readonly WebSeenRow[]> {
  const seen: WebSeenRow[] = [];
  let length = 0;
  for (const raw of rows) {
    const one = seenRow(raw, instruments.get(webRowConid(raw) ?? "") ?? null);
    seen.push(one);
    length += one.jsonLength;
    if (length < TURN_LENGTH && seen.length % TURN_ROWS > 0) continue;
    length = 0;
    await letTimersRun();
  }
  return seen;
}

function seenRow(raw: Json, instrument: WebInstrument | null): WebSeenRow {
  const text = JSON.stringify(raw);
  const hash = createHash("sha256").update(text).update("\n");
  const digest = hash.update(JSON.stringify(instrument)).digest("base64url");
  const row = webRow(raw);
  const time = fieldOf(row, "trade_time");
  return {
    raw,
    digest,
    jsonLength: text.length,
    day: dayOf(time),
    sortKey: `${time}\u0000${fieldOf(row, "execution_id")}\u0000${digest}`,
  };
}

/** Most characters of a field that rows are put in order by; the digest decides between longer ones. */
const FIELD_LENGTH_MAX = 200;

function fieldOf(row: WebRow, name: string): string {
  return (webText(row, name) ?? "").slice(0, FIELD_LENGTH_MAX);
}

function dayOf(time: string): string {
  const match = /^(20\d\d)(\d\d)(\d\d)-/.exec(time);
  return match === null ? "unknown" : `${match[1]}-${match[2]}-${match[3]}`;
}

/** The rows by day, oldest first; within a day by time and id, whatever order they came in. Copies are one. */
export async function byDay(rows: readonly WebSeenRow[]): Promise<Map<string, readonly WebSeenRow[]>> {
  const days = new Map<string, WebSeenRow[]>();
  for (const row of rows) {
    const known = days.get(row.day);
    if (known === undefined) days.set(row.day, [row]);
    else known.push(row);
  }
  const ordered = new Map<string, readonly WebSeenRow[]>();
  let sinceTurn = 0;
  for (const day of [...days.keys()].sort()) {
    const of = days.get(day) ?? [];
    of.sort((left, right) => (left.sortKey < right.sortKey ? -1 : left.sortKey > right.sortKey ? 1 : 0));
    ordered.set(
      day,
      of.filter((row, index) => row.sortKey !== of[index - 1]?.sortKey),
    );
    sinceTurn += of.length;
    if (sinceTurn < ROWS_OF_A_TURN) continue;
    sinceTurn = 0;
    await letTimersRun();
  }
  return ordered;
}

const ROWS_OF_A_TURN = 2_000;
