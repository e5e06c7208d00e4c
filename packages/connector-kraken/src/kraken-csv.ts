import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ImportError } from "@fillbook/core";
import { parse } from "csv-parse";

/** A table that Kraken exported, or a person downloaded. */
export interface KrakenTable {
  readonly report: "trades" | "ledgers";
  /** Its rows by column, as they are written, once. */
  readonly rows: AsyncIterable<Readonly<Record<string, string>>>;
}

/**
 * Reads a table by the names of its columns, whose number and order have changed over the years (files of 2019 to 2026 in
 * BittyTax and CoinTaxman, read 2026-08): CSV or TSV, with or without quotes, BOM and carriage returns.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for a table of something else, before any row; `PROTOCOL` for what cannot be
 * read as a table.
 */
export async function krakenTable(pieces: AsyncIterable<Uint8Array>): Promise<KrakenTable> {
  const { line, all } = await withFirstLine(pieces);
  const delimiter = line.includes("\t") ? "\t" : ",";
  const columns = line.split(delimiter).map(columnOf);
  return { report: reportOf(columns), rows: rowsOf(all, { delimiter, columns }) };
}

const LINE_BYTES_MAX = 65_536;

const TRADE_COLUMNS = ["txid", "ordertxid", "pair", "time", "type", "price", "fee", "vol"];
const LEDGER_COLUMNS = ["refid", "time", "type", "asset", "amount", "fee"];

function reportOf(columns: readonly (string | false)[]): "trades" | "ledgers" {
  const has = (names: readonly string[]) => names.every((name) => columns.includes(name));
  if (has(TRADE_COLUMNS)) return "trades";
  if (has(LEDGER_COLUMNS)) return "ledgers";
  const message =
    `the file is neither Kraken's table of trades (${TRADE_COLUMNS.join(", ")}) nor of ledgers ` +
    `(${LEDGER_COLUMNS.join(", ")}): export it as CSV with all fields`;
  throw new ImportError("FEATURE_UNAVAILABLE", message);
}

/** A column's name; false for one without, such as behind a comma at the end of the line. */
function columnOf(cell: string): string | false {
  const name = cell
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .trim()
    .toLowerCase();
  return /^[a-z][a-z0-9_]{0,40}$/.test(name) ? name : false;
}

/** The first line without BOM and line end, and all pieces once more. */
async function withFirstLine(
  pieces: AsyncIterable<Uint8Array>,
): Promise<{ line: string; all: AsyncIterable<Uint8Array> }> {
  const source = pieces[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let bytes = Buffer.alloc(0);
  while (!bytes.includes(10) && bytes.length < LINE_BYTES_MAX) {
    const { done, value } = await source.next();
    if (done === true) break;
    head.push(value);
    bytes = Buffer.concat([bytes, value]);
  }
  const [line = ""] = bytes.subarray(0, LINE_BYTES_MAX).toString("utf8").split(/\r?\n/);
  return { line: line.replace(/^\uFEFF/, ""), all: again(head, source) };
}

async function* again(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield* head;
    for (;;) {
      const { done, value } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

async function* rowsOf(
  pieces: AsyncIterable<Uint8Array>,
  { delimiter, columns }: { readonly delimiter: string; readonly columns: readonly (string | false)[] },
): AsyncGenerator<Readonly<Record<string, string>>, void> {
  const parser = parse({
    ...{ bom: true, delimiter, columns: [...columns], from_line: 2, trim: true },
    // A field more or less is for normalize to judge.
    ...{ relax_column_count: true, skip_empty_lines: true, max_record_size: LINE_BYTES_MAX },
  });
  let failure: unknown = null;
  const fed = pipeline(Readable.from(pieces, { objectMode: false }), parser).catch((error: unknown) => {
    failure = error;
  });
  try {
    for await (const row of parser) yield row;
  } catch (error) {
    throw tableError(failure ?? error);
  } finally {
    parser.destroy();
    await fed;
  }
}

function tableError(error: unknown): unknown {
  if (error instanceof ImportError) return error;
  // The parser's message quotes the row, so it is not kept as the cause.
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  return code.startsWith("CSV_") ? new ImportError("PROTOCOL", `the table cannot be read (${code})`) : error;
}
