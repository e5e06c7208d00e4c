import { ImportError } from "@fillbook/core";
import { BLOCK_BYTES, inBlocks, type Pace } from "./kraken-blocks.ts";
import { recordSplitter, unreadable } from "./kraken-records.ts";

/** Where the bytes of a table come from. */
export interface TableSource {
  /** Its bytes from the start. A file that is read as it comes can be opened once. */
  open(): AsyncIterable<Uint8Array>;
  /** True where `open` ends with an error unless all bytes came, as an archive does by its checksum. */
  readonly proven: boolean;
}

/** A table that Kraken exported, or a person downloaded. */
export interface KrakenTable {
  readonly report: "trades" | "ledgers";
  /** The names of its columns, in the order of a row's cells. */
  readonly columns: readonly string[];
  /**
   * Its rows, those of a block at a time, each read when it is asked for.
   *
   * @throws ImportError `PROTOCOL` at a row that cannot be read, and at the end of a table that is cut off.
   */
  rows(pace: Pace): AsyncIterable<Iterable<TableRow>>;
}

export type TableRow = readonly string[] | MisfitRow;

/** A row with more or fewer fields than the table has columns: which of them is which cannot be known. */
export interface MisfitRow {
  /** Counted from 1, the header. */
  readonly row: number;
  readonly columns: number;
  readonly fields: number;
  readonly start: readonly string[];
}

/** True for a row of which the cells are not those of the columns. */
export function isMisfit(row: TableRow): row is MisfitRow {
  return "fields" in row;
}

/**
 * Reads a table by the names of its columns, whose number and order have changed over the years (files of 2019 to 2026 in
 * BittyTax and CoinTaxman, read 2026-08): CSV or TSV, with or without quotes and BOM.
 *
 * @param head the table's first bytes: all, or 64 kB and more.
 * @throws ImportError `FEATURE_UNAVAILABLE` for a table of something else, before any row; `PROTOCOL` for a header that
 * cannot be read.
 */
export function krakenTable(source: TableSource, head: Uint8Array): KrakenTable {
  const text = new TextDecoder().decode(head.subarray(0, BLOCK_BYTES));
  const firstLine = /[^\r\n]+/.exec(text)?.[0] ?? "";
  const delimiter = firstLine.includes("\t") ? "\t" : ",";
  const all = headerOf(text, { delimiter, whole: head.byteLength < BLOCK_BYTES }).map(columnOf);
  const columns = all.filter((column) => column !== null);
  if (all.length > COLUMNS_MAX) throw foreign(`more than ${COLUMNS_MAX} columns`);
  return { report: reportOf(columns), columns, rows: (pace) => rowsOf(source, { delimiter, columns: all }, pace) };
}

const COLUMNS_MAX = 100;

function headerOf(text: string, { delimiter, whole }: { readonly delimiter: string; readonly whole: boolean }) {
  const splitter = recordSplitter(delimiter);
  for (const fields of splitter.split(text)) return fields;
  return whole ? (splitter.rest()?.fields ?? []) : [];
}

const TRADE_COLUMNS = ["txid", "ordertxid", "pair", "time", "type", "price", "fee", "vol"];
const LEDGER_COLUMNS = ["txid", "refid", "time", "type", "asset", "amount", "fee"];

function reportOf(columns: readonly string[]): "trades" | "ledgers" {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw foreign(`two columns called ${twice}`);
  const has = (names: readonly string[]) => names.every((name) => columns.includes(name));
  if (has(TRADE_COLUMNS)) return "trades";
  if (has(LEDGER_COLUMNS)) return "ledgers";
  const message =
    `the file is neither Kraken's table of trades (${TRADE_COLUMNS.join(", ")}) nor of ledgers ` +
    `(${LEDGER_COLUMNS.join(", ")}): export it as CSV with all fields`;
  throw new ImportError("FEATURE_UNAVAILABLE", message);
}

function foreign(what: string): ImportError {
  return new ImportError("FEATURE_UNAVAILABLE", `the table has ${what}: it is none that Kraken exports`);
}

/** A column's name; null for one without, such as behind a comma at the end of the line. */
function columnOf(cell: string): string | null {
  const name = cell.trim().toLowerCase();
  return /^[a-z][a-z0-9_]{0,40}$/.test(name) ? name : null;
}

async function* rowsOf(
  source: TableSource,
  { delimiter, columns }: { readonly delimiter: string; readonly columns: readonly (string | null)[] },
  pace: Pace,
): AsyncGenerator<Iterable<TableRow>, void> {
  const splitter = recordSplitter(delimiter);
  const named = columns.flatMap((column, index) => (column === null ? [] : [index]));
  let number = 0;
  function* rowsIn(records: Iterable<readonly string[]>): Generator<TableRow, void> {
    for (const fields of records) {
      number += 1;
      if (number === 1) continue;
      if (fields.length !== columns.length) yield misfit(number, fields, columns.length);
      else yield named.length === columns.length ? fields : named.map((index) => fields[index] ?? "");
    }
  }
  for await (const text of textOf(source, pace)) yield rowsIn(splitter.split(text));
  const rest = splitter.rest();
  if (rest === null) return;
  const isWhole = source.proven || (rest.closed && rest.fields.length === columns.length);
  if (!isWhole)
    throw unreadable(number + 1, "has no line end: the file is cut off or was saved without its last line break");
  yield rowsIn([rest.fields]);
}

async function* textOf(source: TableSource, pace: Pace): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const block of inBlocks(source.open(), pace)) yield decoder.decode(block, { stream: true });
  yield decoder.decode();
}

/** Enough to see what is wrong with it. */
const MISFIT_FIELDS_MAX = 200;

function misfit(row: number, fields: readonly string[], columns: number): MisfitRow {
  return { row, columns, fields: fields.length, start: fields.slice(0, MISFIT_FIELDS_MAX) };
}
