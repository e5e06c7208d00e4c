import {
  type ClosedWindow,
  type ClosedWindowOptions,
  type WalkedPage,
  walkClosedWindows,
} from "@fillbook/connector-kit";
import { type ImportError, type Instant, isImportError, type Json } from "@fillbook/core";
import { cursorId } from "./kraken-id.ts";
import { readLedgerPage } from "./kraken-ledger.ts";
import { ledgerParameters } from "./kraken-ledger-reader.ts";
import type { KrakenRun } from "./kraken-run.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { type KrakenTrade, readTradesPage, type TradesPage, withoutTrades } from "./kraken-trade.ts";

/** Rows of a full page of TradesHistory (docs.kraken.com, read 2026-05-26). */
const PAGE_SIZE = 50;

/** Walks windows of TradesHistory. `onPage` hears of each page before its rows are judged. */
export function walkTrades(
  run: KrakenRun,
  walk: Pick<ClosedWindowOptions<KrakenTrade>, "cursor" | "reopen">,
  onPage: (window: ClosedWindow, page: TradesPage) => void = () => undefined,
): AsyncGenerator<WalkedPage<KrakenTrade>, void> {
  return walkClosedWindows<KrakenTrade>({
    ...walk,
    pageSize: PAGE_SIZE,
    pagesMax: run.policy.pagesMax,
    idOf: ({ txid }) => cursorId(txid),
    async fetchPage(window) {
      const page = await fetchTrades(run, window);
      onPage(window, page);
      return page;
    },
  });
}

/**
 * Reads a page of TradesHistory. An answer with neither a list nor a count is asked for again; then it is an empty page, as
 * that of an account without fills may be, unless the ledger has fills there.
 *
 * @throws ImportError `PROTOCOL` for an answer without its list where there are fills.
 */
async function fetchTrades(
  run: KrakenRun,
  window: ClosedWindow,
): Promise<TradesPage & { readonly reportedAt: Instant | null }> {
  let silence: ImportError | null = null;
  const read = (result: Json, reportedAt: Instant | null) => {
    const page = readTradesPage(result);
    if (page !== null) return { ...page, reportedAt };
    silence = withoutTrades();
    throw silence;
  };
  try {
    const parameters = historyParameters(window, run.request.connection.settings);
    return await run.client.call({ endpoint: "TradesHistory", parameters, read });
  } catch (error) {
    if (error !== silence || (await hasFills(run, window))) throw error;
    return { rows: [], count: null, reportedAt: null };
  }
}

function historyParameters(
  { from, to, offset }: { readonly from: number; readonly to: number; readonly offset: number },
  { consolidateTaker }: KrakenSettings,
): Readonly<Record<string, string>> {
  return {
    type: "all",
    trades: "false",
    ...(from === 0 ? {} : { start: String(from) }),
    end: String(to),
    ofs: String(offset),
    consolidate_taker: String(consolidateTaker),
    // Token units do not change with a share's splits, so stored fills stay what they were (docs.kraken.com, 2026-05-26).
    rebase_multiplier: "base",
  };
}

/** Entries are milliseconds away from their fill (ccxt issue 8204): at the borders they may be of fills beside the window. */
const BORDER_SECONDS = 2;

/** Whether the ledger has entries of fills within the window. A key that may not read it leaves Kraken's answer as it is. */
async function hasFills({ client }: KrakenRun, window: ClosedWindow): Promise<boolean> {
  const span = { from: window.from === 0 ? 0 : window.from + BORDER_SECONDS, to: window.to - BORDER_SECONDS };
  if (span.from >= span.to) return false;
  try {
    for (const type of ["trade", "margin"]) {
      const parameters = ledgerParameters({ ...span, type }, 0);
      if ((await client.call({ endpoint: "Ledgers", parameters, read: readLedgerPage })).rows.length > 0) return true;
    }
    return false;
  } catch (error) {
    if (isImportError(error) && ["PERMISSION_DENIED", "FEATURE_UNAVAILABLE"].includes(error.code)) return false;
    throw error;
  }
}
