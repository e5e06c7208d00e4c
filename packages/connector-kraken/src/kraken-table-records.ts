import { crc32 } from "node:zlib";
import { ImportError, type Json } from "@fillbook/core";
import type { Pace } from "./kraken-blocks.ts";
import { isMisfit, type KrakenTable, type TableRow } from "./kraken-csv.ts";
import type { LedgerEntries } from "./kraken-entry-index.ts";
import { isEntryOf } from "./kraken-entry-kind.ts";
import { normalizeLedgerGroup } from "./kraken-instant.ts";
import { type LedgerPart, type LoneEntry, ledgerParts } from "./kraken-ledger-parts.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import type { TableTally } from "./kraken-table-tally.ts";

export interface TableSet {
  readonly trades: readonly KrakenTable[];
  readonly ledgers: readonly KrakenTable[];
}

export interface RecordsReading {
  readonly account: string;
  readonly settings: KrakenSettings;
  readonly pace: Pace;
  /** What a person is to know of the tables. */
  readonly tally: TableTally;
}

/**
 * The records of tables that belong together: rows of trades, with their entries where tables of ledgers hold them; groups
 * of entries that are exchanges, or fills of which no row of trades is there; each other entry by itself. They come some at
 * a time, to be iterated before the next are asked for: a promise for each would cost more than reading it.
 */
export async function* tableRecords(tables: TableSet, reading: RecordsReading): AsyncGenerator<Iterable<Json>, void> {
  const { pace } = reading;
  const trades = { tables: tables.trades, counts: rowCounts() };
  if (tables.ledgers.length === 0) {
    yield* tradeRecords(trades, null, reading);
    return;
  }
  for await (const step of ledgerParts(tables.ledgers, pace)) {
    if (step.kind === "alone") yield loneRecords(step.entries, reading);
    else {
      yield* tradeRecords(trades, step.part, reading);
      yield groupRecords(step.part, reading);
    }
  }
}

function* loneRecords(entries: Iterable<LoneEntry>, { settings }: RecordsReading): Generator<Json, void> {
  for (const { refid, entry } of entries) if (settings.instant) yield { refid, ledgerRows: [entry] };
}

interface Trades {
  readonly tables: readonly KrakenTable[];
  readonly counts: RowCounts;
}

async function* tradeRecords(
  { tables, counts }: Trades,
  part: LedgerPart | null,
  reading: RecordsReading,
): AsyncGenerator<Iterable<Json>, void> {
  for (const { columns, rows } of tables) {
    const from = { columns, part, counts, tables: tables.length };
    for await (const some of rows(reading.pace)) yield tradesIn(some, from, reading);
  }
}

interface TradesFrom {
  readonly columns: readonly string[];
  readonly part: LedgerPart | null;
  readonly counts: RowCounts;
  /** How many tables of trades there are. */
  readonly tables: number;
}

function* tradesIn(
  rows: Iterable<TableRow>,
  { columns, part, counts, tables }: TradesFrom,
  { settings, tally }: RecordsReading,
): Generator<Json, void> {
  const at = columns.indexOf("txid");
  for (const row of rows) {
    if (isMisfit(row)) {
      if (part === null || part.isFirst) yield { misfitRow: { ...row } };
      continue;
    }
    const txid = row[at] ?? "";
    if (part !== null && !part.belongs(txid)) continue;
    counts.add(txid);
    const trade = Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ""]));
    // A table has a trade once: a row that repeats another there does not repeat its entries.
    const entries = settings.ledgerFees && part !== null ? part.take(txid, tables) : null;
    yield entries === null ? trade : withEntries(trade, entries, tally);
  }
}

/** Kraken lists a trade once; tables that overlap have it some times. */
const ROWS_OF_TRADE_MAX = 200;

interface RowCounts {
  /** @throws ImportError `PROTOCOL` for more rows of a trade than there can be. */
  add(txid: string): void;
}

/**
 * Counts rows by a checksum of their trades' ids, because core compares all reports of a fill with each other. Ids that
 * share a count do not make it too high: a table of the longest allowed length has some forty for each.
 */
function rowCounts(): RowCounts {
  const counts = new Uint8Array(1_048_576);
  return {
    add(txid) {
      const place = crc32(txid) % counts.length;
      const count = counts[place] ?? 0;
      if (count === ROWS_OF_TRADE_MAX)
        throw new ImportError("PROTOCOL", `the tables have one trade more than ${ROWS_OF_TRADE_MAX} times`);
      counts[place] = count + 1;
    },
  };
}

/** Core keeps records of 65,536 bytes: one with so many entries would be lost for its fee. */
const RECORD_BYTES_MAX = 60_000;

function withEntries(trade: Readonly<Record<string, string>>, entries: LedgerEntries, tally: TableTally): Json {
  const record = { ...trade, ledgerRows: entries.rows };
  const fits = entries.left === 0 && Buffer.byteLength(JSON.stringify(record)) <= RECORD_BYTES_MAX;
  if (!fits) tally.note("tooLarge", trade.txid ?? "");
  return fits ? record : trade;
}

function* groupRecords(part: LedgerPart, { account, settings, tally }: RecordsReading): Generator<Json, void> {
  const { ledgerFees, consolidateTaker, instant } = settings;
  for (const { refid, entries } of part.rest()) {
    const isFill = entries.rows.some((row) => isEntryOf("fill", row));
    if (isFill && !(ledgerFees && consolidateTaker)) tally.note("unasked", refid);
    else if (isFill || instant) {
      const record = groupRecord(refid, entries);
      tally.noteGroup(refid, normalizeLedgerGroup(record, account));
      yield record;
    }
  }
}

/** Of a group that is not kept whole only so much as shows what it is. */
function groupRecord(refid: string, { rows, left }: LedgerEntries): Json {
  return left === 0
    ? { refid, ledgerRows: rows }
    : { refid, ledgerRows: rows.slice(0, 10), entries: rows.length + left };
}
