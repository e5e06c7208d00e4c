import type { Json } from "@fillbook/core";
import type { FileRequest, PageDiagnostic } from "@fillbook/core/connector";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import type { KrakenTable } from "./kraken-csv.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { tableRecords } from "./kraken-table-records.ts";
import { settledByTrades, tableTally } from "./kraken-table-tally.ts";
import { resolvedPairs, unresolvedPair } from "./kraken-trade-pages.ts";

/** Some records of tables. */
export interface TablePage {
  readonly records: readonly Json[];
  readonly pairs: readonly KrakenPair[];
  readonly diagnostics: readonly PageDiagnostic[];
  readonly resolved: readonly Pick<PageDiagnostic, "kind" | "key">[];
}

export interface TableReading {
  readonly catalog: KrakenCatalog;
  readonly request: Pick<FileRequest<KrakenSettings>, "clock" | "logger" | "signal">;
  readonly account: string;
  readonly settings: KrakenSettings;
  readonly policy: ReadPolicy;
}

/** Records of a page: with more, the commit of a first page would hold up other requests of a busy process. */
const PAGE_RECORDS_MAX = 100;
/** Bytes of a page, as JSON: a record more may be in it. */
const PAGE_BYTES_MAX = 524_288;

/**
 * The records of tables in pages. Tables that cannot be read to their end give the records before it, then the error. The
 * last page says what a person is to know of them.
 */
export async function* tablePages(
  tables: readonly KrakenTable[],
  reading: TableReading,
): AsyncGenerator<TablePage, void> {
  const { account, settings, policy, request } = reading;
  const pace = { turn: () => request.clock.sleep(0, request.signal), bytesMax: policy.maxUnpackedBytes };
  const trades = tables.filter(({ report }) => report === "trades");
  const ledgers = tables.filter(({ report }) => report === "ledgers");
  const tally = tableTally();
  // As text: cells are cut out of a block of the file, and each would keep all of its block in memory.
  let page: string[] = [];
  let bytes = 0;
  try {
    for await (const records of tableRecords({ trades, ledgers }, { account, settings, pace, tally })) {
      for (const record of records) {
        const text = JSON.stringify(record);
        page.push(text);
        bytes += text.length;
        if (page.length < PAGE_RECORDS_MAX && bytes < PAGE_BYTES_MAX) continue;
        yield await tablePage(page, reading);
        await pace.turn();
        [page, bytes] = [[], 0];
      }
    }
  } catch (error) {
    if (page.length > 0) yield await tablePage(page, reading);
    throw error;
  }
  const diagnostics = tally.diagnostics();
  const isOpen = diagnostics.some(({ key }) => settledByTrades.some((settled) => settled.key === key));
  const isComplete = trades.length > 0 && ledgers.length > 0 && !isOpen;
  if (page.length === 0 && diagnostics.length === 0 && !isComplete) return;
  const last = await tablePage(page, reading);
  const resolved = isComplete ? settledByTrades : [];
  yield { ...last, diagnostics: [...last.diagnostics, ...diagnostics], resolved };
}

async function tablePage(texts: readonly string[], reading: TableReading): Promise<TablePage> {
  const records = texts.map((text): Json => JSON.parse(text));
  const pairs = await resolvedPairs(records, reading);
  const diagnostics = pairs.filter(({ base }) => base === null).map(unresolvedPair);
  return { records, pairs, diagnostics, resolved: [] };
}
