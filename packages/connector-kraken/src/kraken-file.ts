import { ImportError, type Json } from "@fillbook/core";
import type { FilePage, FileRequest } from "@fillbook/core/connector";
import { firstBytes, isArchive, joined } from "./kraken-blocks.ts";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { type KrakenTable, krakenTable, type TableSource } from "./kraken-csv.ts";
import { heldBytes, packed, unpacked } from "./kraken-held.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { tablePages } from "./kraken-table-pages.ts";
import { zippedFiles } from "./kraken-zip.ts";

/**
 * Reads what a person downloaded: a table of trades or of ledgers as CSV or TSV, or an archive of such tables. In an
 * archive with both, fills get their true fees. Nothing in a table says whose account it is.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for another table, before any page; `PROTOCOL` for what is no table, no whole
 * one or no whole archive, `RESPONSE_TOO_LARGE`.
 */
export async function* krakenFile(
  { policy, catalog }: { readonly policy: ReadPolicy; readonly catalog: KrakenCatalog },
  stream: AsyncIterable<Uint8Array>,
  request: FileRequest<KrakenSettings>,
): AsyncGenerator<FilePage<Json, KrakenContext>, void> {
  const { accountRef: account, settings } = request.connection;
  const pieces = stream[Symbol.asyncIterator]();
  try {
    const tables = await tablesOf(pieces, policy);
    if (tables.some(({ report }) => report === "trades") && !settings.consolidateTaker) throw otherMode();
    for await (const page of tablePages(tables, { catalog, request, account, settings, policy })) {
      const { records, pairs, diagnostics, resolved } = page;
      const context: KrakenContext = { account, pairs, rebase: "base" };
      yield { records: records.map((raw) => ({ raw })), context, diagnostics, resolved };
    }
  } finally {
    await pieces.return?.();
  }
}

/** The same volume would count twice, under other ids. */
function otherMode(): ImportError {
  const message = "Kraken's tables name fills as consolidateTaker shows them, which is off for this connection";
  return new ImportError("FEATURE_UNAVAILABLE", message);
}

async function tablesOf(pieces: AsyncIterator<Uint8Array>, policy: ReadPolicy): Promise<readonly KrakenTable[]> {
  const head = await firstBytes(pieces);
  const all = joined(head, pieces);
  if (isArchive(head)) return archiveTables(await heldBytes(all, policy.maxExportBytes), policy);
  const once = krakenTable({ open: () => all, proven: false }, head);
  if (once.report === "trades") return [once];
  // The entries of a fill may lie anywhere, so that a long table is read more than once.
  const held = await heldBytes(packed(all), policy.maxExportBytes);
  return [krakenTable({ open: () => unpacked(held), proven: false }, head)];
}

/**
 * The tables of an archive.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for an archive without a table, and for one with another table.
 */
export async function archiveTables(archive: Buffer, policy: ReadPolicy): Promise<readonly KrakenTable[]> {
  const files = await zippedFiles(archive, policy.maxUnpackedBytes);
  if (files.length === 0) throw new ImportError("FEATURE_UNAVAILABLE", "the archive holds no table");
  const tables: KrakenTable[] = [];
  for (const { open } of files) {
    const source: TableSource = { open, proven: true };
    const pieces = open()[Symbol.asyncIterator]();
    const head = await firstBytes(pieces);
    await pieces.return?.();
    tables.push(krakenTable(source, head));
  }
  return tables;
}
