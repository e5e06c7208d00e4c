import { crc32 } from "node:zlib";
import { ImportError, type Json } from "@fillbook/core";
import type { Pace } from "./kraken-blocks.ts";
import { CHAINS_BYTES_MAX, LINK_BYTES } from "./kraken-byte-chains.ts";
import { isMisfit, type KrakenTable, type TableRow } from "./kraken-csv.ts";
import { type EntryIndex, encodedEntry, entryIndex, ledgerEntry } from "./kraken-entry-index.ts";
import { entryKind } from "./kraken-entry-kind.ts";
import { refidOf } from "./kraken-ledger.ts";
import { unreadable } from "./kraken-records.ts";

/**
 * A step through tables of ledgers: entries that stand by themselves, to be iterated before the next step, or all entries of
 * some of the refids.
 */
export type LedgerStep =
  | { readonly kind: "alone"; readonly entries: Iterable<LoneEntry> }
  | { readonly kind: "part"; readonly part: LedgerPart };

export interface LoneEntry {
  readonly refid: string | null;
  readonly entry: Json;
}

/** The entries of the refids that belong to it, from all tables. Valid until the next step. */
export interface LedgerPart extends Pick<EntryIndex, "take" | "rest"> {
  belongs(refid: string): boolean;
  readonly isFirst: boolean;
}

/** Parts of the longest ledgers that are read: each costs another reading of all tables. */
const PARTS_MAX = 64;
const BUCKETS = 4096;

/**
 * Reads tables of ledgers by refid. The entries of a refid may lie anywhere in them, and some of them alone would say
 * something else, so groups come once all tables were read: in one part where that fits into memory, else in as many as it
 * takes, each read from the tables again. All runs over the same tables make the same parts.
 *
 * @throws ImportError `PROTOCOL` for a row that does not fit its header, as it could be part of any group;
 * `RESPONSE_TOO_LARGE` for more entries than 64 parts hold.
 */
export async function* ledgerParts(tables: readonly KrakenTable[], pace: Pace): AsyncGenerator<LedgerStep, void> {
  const columns = tables.map((table) => table.columns);
  const index = entryIndex(columns);
  const sizes = new Float64Array(BUCKETS);
  let fits = true;
  function* counted(entries: Iterable<TableEntry>): Generator<LoneEntry, void> {
    for (const { refid, grouped, table, cells } of entries) {
      if (refid === null || !grouped) {
        yield { refid, entry: ledgerEntry(columns[table] ?? [], cells) };
        continue;
      }
      const entry = encodedEntry(table, cells);
      const bucket = bucketOf(refid);
      sizes[bucket] = (sizes[bucket] ?? 0) + entry.length + LINK_BYTES;
      // Once one does not fit, the rest is only counted.
      fits &&= index.add(refid, entry);
    }
  }
  for await (const entries of entriesOf(tables, pace)) yield { kind: "alone", entries: counted(entries) };
  if (fits) {
    yield { kind: "part", part: { ...index, belongs: () => true, isFirst: true } };
    return;
  }
  for (const [number, range] of bucketRanges(sizes).entries()) {
    index.clear();
    const belongs = (refid: string) => isIn(range, bucketOf(refid));
    for await (const entries of entriesOf(tables, pace)) {
      for (const { refid, grouped, table, cells } of entries) {
        if (refid === null || !grouped || !belongs(refid)) continue;
        if (!index.add(refid, encodedEntry(table, cells))) throw tooMany("too many entries of a few refids");
      }
    }
    yield { kind: "part", part: { ...index, belongs, isFirst: number === 0 } };
  }
}

interface TableEntry {
  readonly refid: string | null;
  /** False for what is no part of a fill or an exchange. */
  readonly grouped: boolean;
  /** Its table's number. */
  readonly table: number;
  readonly cells: readonly string[];
}

async function* entriesOf(tables: readonly KrakenTable[], pace: Pace): AsyncGenerator<Iterable<TableEntry>, void> {
  for (const [number, table] of tables.entries()) {
    for await (const rows of table.rows(pace)) yield entriesIn(rows, table.columns, number);
  }
}

function* entriesIn(rows: Iterable<TableRow>, columns: readonly string[], table: number): Generator<TableEntry, void> {
  const [refidAt, typeAt, subtypeAt] = [columns.indexOf("refid"), columns.indexOf("type"), columns.indexOf("subtype")];
  for (const cells of rows) {
    if (isMisfit(cells)) throw notWhole(cells.row, cells);
    const kind = entryKind({ type: cells[typeAt] ?? "", subtype: cells[subtypeAt] ?? "" });
    yield { refid: refidOf({ refid: cells[refidAt] ?? "" }), grouped: kind !== "movement", table, cells };
  }
}

function notWhole(row: number, { fields, columns }: { readonly fields: number; readonly columns: number }) {
  return unreadable(row, `has ${fields} fields and the header ${columns}: a group could lack this entry`);
}

function tooMany(what: string): ImportError {
  const message = `the tables of ledgers hold ${what}: import them in shorter spans of time`;
  return new ImportError("RESPONSE_TOO_LARGE", message);
}

function bucketOf(refid: string): number {
  return crc32(refid) % BUCKETS;
}

interface BucketRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

function isIn({ from, to }: BucketRange, bucket: number): boolean {
  return from <= bucket && bucket < to;
}

/** Neighboring buckets, as many as fit into an index; one that does not fit stands by itself. */
function bucketRanges(sizes: Float64Array): readonly BucketRange[] {
  const ranges: BucketRange[] = [];
  let [from, bytes] = [0, 0];
  sizes.forEach((size, bucket) => {
    if (bytes > 0 && bytes + size > CHAINS_BYTES_MAX) {
      ranges.push({ from, to: bucket });
      [from, bytes] = [bucket, 0];
    }
    bytes += size;
  });
  ranges.push({ from, to: sizes.length });
  if (ranges.length > PARTS_MAX) throw tooMany(`more entries than ${PARTS_MAX} parts of ${CHAINS_BYTES_MAX} bytes`);
  return ranges;
}
