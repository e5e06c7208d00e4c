import { ImportError } from "@fillbook/core";
import { type KrakenLedger, LEDGER_PAGE_SIZE, type LedgerPage, secondsOf } from "./kraken-ledger.ts";

/** A part of the ledger in whole unix seconds, both ends included. */
export interface LedgerStretch {
  readonly from: number;
  readonly to: number;
}

/** What one reading of a stretch brought. */
interface StretchRead {
  /** Entries of the stretch as far as it was read, newest first. */
  readonly entries: readonly KrakenLedger[];
  /** Entries up to `ledgerContextSeconds` beyond it, which may belong together with some of them. */
  readonly around: readonly KrakenLedger[];
  /** The first second of the stretch that was read. */
  readonly readTo: number;
}

/** Reads one list of the ledger downwards, stretch behind stretch, without asking for a page twice. */
export interface LedgerStream {
  /**
   * Reads a stretch. One that follows the one before goes on with what was read beyond that; any other is started from its end.
   *
   * @param bounds.floor how far down the stream may go in all: where its window ends.
   * @param bounds.pagesMax most calls; behind them the read stretch ends early.
   * @throws ImportError `PAGING_UNSTABLE` when rows move under the pages again and again.
   */
  read(stretch: LedgerStretch, bounds: { readonly floor: number; readonly pagesMax: number }): Promise<StretchRead>;
}

/** How far apart entries that belong together may be; milliseconds were seen (rotki issue 3708). */
export const ledgerContextSeconds = 5;

/** Entries above a stretch that stay for the next one: tiles overlap by seconds, and need their context. */
const KEPT_SECONDS = 3 * ledgerContextSeconds;
const RESTARTS_MAX = 3;

/** @param fetchPage reads the entries with `from < time <= to`, newest first, from `offset` on. */
export function ledgerStream(fetchPage: FetchPage): LedgerStream {
  let reading: Reading | null = null;
  return {
    async read(stretch, { floor, pagesMax }) {
      let current = reading !== null && goesOn(reading, stretch, floor) ? reading : opened(stretch.to, floor);
      let restarts = 0;
      for (let pages = 0; pages < pagesMax && !isReadTo(current, stretch.from - ledgerContextSeconds); pages += 1) {
        const { from, to, offset } = current;
        if (takePage(current, await fetchPage({ from, to }, offset))) continue;
        restarts += 1;
        if (restarts > RESTARTS_MAX) throw unstable(current, `rows moved between pages ${restarts} times`);
        current = opened(stretch.to, floor);
      }
      reading = current;
      return takeStretch(current, stretch);
    },
  };
}

type FetchPage = (span: { readonly from: number; readonly to: number }, offset: number) => Promise<LedgerPage>;

interface Reading {
  /** The end of the stretch that it was opened for. */
  readonly end: number;
  /** The span that is asked for, `from` exclusive. */
  readonly from: number;
  readonly to: number;
  offset: number;
  lastId: string | null;
  /** Newest first. A row without a time counts as of the row before it. */
  rows: { readonly entry: KrakenLedger; readonly seconds: number }[];
  /** All rows from `oldest` on, that second left out, up to `newest` are in `rows`. */
  newest: number;
  oldest: number;
  isEnded: boolean;
}

function opened(end: number, floor: number): Reading {
  // Kraken's `end` includes the very start of its second, and `start` leaves it out (docs.kraken.com, read 2026-05-26).
  const to = end + ledgerContextSeconds + 1;
  const from = Math.max(0, floor - ledgerContextSeconds - 1);
  const nothing = { offset: 0, lastId: null, rows: [], isEnded: false };
  return { end, from, to, ...nothing, newest: to - 1, oldest: to };
}

/** True where the stretch begins in what was read and kept, so that nothing between was skipped. */
function goesOn(reading: Reading, { to }: LedgerStretch, floor: number): boolean {
  const isKept = to + ledgerContextSeconds <= reading.newest;
  const follows = reading.isEnded || to >= reading.oldest;
  return isKept && follows && reading.from === Math.max(0, floor - ledgerContextSeconds - 1);
}

function isReadTo({ isEnded, oldest }: Reading, second: number): boolean {
  return isEnded || oldest < second;
}

/**
 * Takes a page that must repeat the last row of the page before. Rows that came in above may have pushed it down, and
 * repeat what is known; false when it is not there.
 */
function takePage(reading: Reading, { rows }: LedgerPage): boolean {
  if (reading.lastId !== null && !rows.some(({ id }) => id === reading.lastId)) return false;
  const known = new Set(reading.rows.map(({ entry }) => entry.id));
  const fresh = rows.filter(({ id }) => !known.has(id));
  reading.isEnded = rows.length < LEDGER_PAGE_SIZE;
  if (fresh.length === 0 && !reading.isEnded) throw unstable(reading, "a full page holds only rows of the page before");
  let seconds = reading.rows.at(-1)?.seconds ?? reading.end;
  for (const entry of fresh) {
    seconds = secondsOf(entry.row) ?? seconds;
    reading.rows.push({ entry, seconds });
  }
  reading.oldest = Math.min(reading.oldest, seconds);
  reading.offset += Math.max(0, rows.length - 1);
  reading.lastId = rows.at(-1)?.id ?? null;
  return true;
}

/** Takes a stretch, or as much of it as was read, and forgets what lies far above its end. */
function takeStretch(reading: Reading, { from, to }: LedgerStretch): StretchRead {
  // What may belong to entries that are still to come is left for the next stretch.
  const readTo = isReadTo(reading, from - ledgerContextSeconds)
    ? from
    : Math.min(to + 1, reading.oldest + ledgerContextSeconds + 1);
  const inside = (seconds: number) => seconds >= readTo && seconds <= to;
  const near = (seconds: number) => seconds >= readTo - ledgerContextSeconds && seconds <= to + ledgerContextSeconds;
  const { rows } = reading;
  reading.newest = Math.min(reading.newest, readTo + KEPT_SECONDS);
  reading.rows = rows.filter(({ seconds }) => seconds <= reading.newest);
  return {
    entries: rows.filter(({ seconds }) => inside(seconds)).map(({ entry }) => entry),
    around: rows.filter(({ seconds }) => near(seconds) && !inside(seconds)).map(({ entry }) => entry),
    readTo,
  };
}

function unstable({ from, to }: Reading, what: string): ImportError {
  return new ImportError("PAGING_UNSTABLE", `Kraken's ledger from ${from} to ${to} (unix seconds): ${what}`);
}
