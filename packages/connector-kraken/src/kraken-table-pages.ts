import type { Json } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import type { KrakenTable } from "./kraken-csv.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { type FillLedger, ledgerTableRecords, unreadReasons } from "./kraken-table-records.ts";
import { resolvedPairs, unresolvedPair } from "./kraken-trade-pages.ts";

/** Some rows of a table. */
export interface TablePage {
  readonly records: readonly Json[];
  readonly pairs: readonly KrakenPair[];
  readonly diagnostics: readonly PageDiagnostic[];
}

export interface TableReading {
  readonly catalog: KrakenCatalog;
  readonly request: Parameters<KrakenCatalog["resolver"]>[0];
  readonly account: string;
  readonly settings: KrakenSettings;
  /** What tables of ledgers told of fills, for the fills of a table of trades behind them. */
  readonly fills: FillLedger;
}

/** Records of a page: few enough for one commit, enough that 100,000 are done in 200. */
const TABLE_PAGE_RECORDS = 500;

/** The records of a table in pages of equal size. */
export async function* tablePages(table: KrakenTable, reading: TableReading): AsyncGenerator<TablePage, void> {
  const { report, rows } = table;
  const records = report === "trades" ? tradeRecords(rows, reading) : ledgerRecords(rows, reading);
  let page: Json[] = [];
  for await (const record of records) {
    page.push(record);
    if (page.length < TABLE_PAGE_RECORDS) continue;
    yield await tablePage(page, report, reading);
    page = [];
  }
  if (page.length > 0) yield await tablePage(page, report, reading);
}

async function* tradeRecords(rows: KrakenTable["rows"], { fills, settings }: TableReading): AsyncGenerator<Json, void> {
  for await (const row of rows) {
    const ledgerRows = settings.ledgerFees ? fills.of(row.txid ?? "") : [];
    yield ledgerRows.length === 0 ? { ...row } : { ...row, ledgerRows };
  }
}

async function* ledgerRecords(
  rows: KrakenTable["rows"],
  { fills, settings }: TableReading,
): AsyncGenerator<Json, void> {
  for await (const record of ledgerTableRecords(rows, fills)) if (settings.instant) yield record;
}

async function tablePage(
  records: readonly Json[],
  report: "trades" | "ledgers",
  reading: TableReading,
): Promise<TablePage> {
  if (report === "trades") {
    const pairs = await resolvedPairs(records, reading);
    return { records, pairs, diagnostics: pairs.filter(({ base }) => base === null).map(unresolvedPair) };
  }
  const [first, ...more] = unreadReasons(records, reading.account);
  if (first === undefined) return { records, pairs: [], diagnostics: [] };
  const message = `${1 + more.length} group(s) of ledger entries look like a purchase or conversion and are ignored, such as: ${first}`;
  return { records, pairs: [], diagnostics: [{ kind: "warning", key: "ledger-groups", message }] };
}
