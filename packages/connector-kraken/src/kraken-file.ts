import { throwIfAborted } from "@fillbook/connector-kit";
import { ImportError, type Json } from "@fillbook/core";
import type { FilePage, FileRequest } from "@fillbook/core/connector";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { type KrakenTable, krakenTable } from "./kraken-csv.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { tablePages } from "./kraken-table-pages.ts";
import { fillLedger } from "./kraken-table-records.ts";
import { zippedFiles } from "./kraken-zip.ts";

/**
 * Reads what a person downloaded: a table of trades or of ledgers as CSV or TSV, or an archive of such tables. In an
 * archive with both, fills get their true fees. Nothing in a table says whose account it is.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for another table, before any page; `PROTOCOL` for what is no table or no whole
 * archive, `RESPONSE_TOO_LARGE`.
 */
export async function* krakenFile(
  { policy, catalog }: { readonly policy: ReadPolicy; readonly catalog: KrakenCatalog },
  stream: AsyncIterable<Uint8Array>,
  request: FileRequest<KrakenSettings>,
): AsyncGenerator<FilePage<Json, KrakenContext>, void> {
  const { accountRef: account, settings } = request.connection;
  const reading = { catalog, request, account, settings, fills: fillLedger() };
  for await (const table of tablesOf(stream, policy)) {
    if (table.report === "trades" && !settings.consolidateTaker) throw otherMode();
    for await (const { records, pairs, diagnostics } of tablePages(table, reading)) {
      throwIfAborted(request.signal);
      yield { records: records.map((raw) => ({ raw })), context: { account, pairs, rebase: "base" }, diagnostics };
    }
  }
}

/** The same volume would count twice, under other ids. */
function otherMode(): ImportError {
  const message = "Kraken's tables name fills as consolidateTaker shows them, which is off for this connection";
  return new ImportError("FEATURE_UNAVAILABLE", message);
}

async function* tablesOf(stream: AsyncIterable<Uint8Array>, policy: ReadPolicy): AsyncGenerator<KrakenTable, void> {
  const pieces = stream[Symbol.asyncIterator]();
  const first = await firstBytes(pieces);
  if (first.subarray(0, 2).toString("latin1") !== "PK") {
    yield krakenTable(joined([first], pieces));
    return;
  }
  const archive: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of joined([first], pieces)) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > policy.maxExportBytes) {
      throw new ImportError("RESPONSE_TOO_LARGE", `the file exceeds ${policy.maxExportBytes} bytes`);
    }
    archive.push(piece);
  }
  yield* archiveTables(Buffer.concat(archive), policy);
}

/**
 * The tables of an archive, those of ledgers first: they tell the fees of the fills behind them.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for an archive without a table.
 */
export async function* archiveTables(archive: Buffer, policy: ReadPolicy): AsyncGenerator<KrakenTable, void> {
  const files = await zippedFiles(archive, policy.maxUnpackedBytes);
  if (files.length === 0) throw new ImportError("FEATURE_UNAVAILABLE", "the archive holds no table");
  const trades: (() => Promise<KrakenTable>)[] = [];
  for (const file of files) {
    const open = () => krakenTable(file.open());
    if (/ledger/i.test(file.name)) yield open();
    else trades.push(open);
  }
  for (const open of trades) yield open();
}

async function firstBytes(pieces: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < 2) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    bytes = Buffer.concat([bytes, value]);
  }
  return bytes;
}

async function* joined(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* head;
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
