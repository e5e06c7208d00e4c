import { openHead, walkClosedWindows } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { awaitFees } from "./kraken-awaiting.ts";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { noteDoubt } from "./kraken-coverage.ts";
import { nowSeconds } from "./kraken-history.ts";
import { secondsOf } from "./kraken-ledger.ts";
import { unreadGroups } from "./kraken-ledger-pages.ts";
import { type FetchedTrades, type LedgerTile, ledgerOf, tileOf } from "./kraken-ledger-tile.ts";
import { krakenNormalize } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import { headAgain, type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import type { KrakenSettings } from "./kraken-settings.ts";
import { cursorId, type KrakenTrade, krakenRaw, readTradesPage } from "./kraken-trade.ts";

/** Rows of a full page of TradesHistory (docs.kraken.com, read 2026-05-26). */
const PAGE_SIZE = 50;

/** Reads TradesHistory by closed windows, each page with its part of the ledger. */
export async function* tradePages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const { request, client } = run;
  let fetched: FetchedTrades | null = null;
  let tile: LedgerTile | null = null;
  const walked = walkClosedWindows<KrakenTrade>({
    cursor: run.trades,
    pageSize: PAGE_SIZE,
    pagesMax: run.policy.pagesMax,
    idOf: cursorId,
    reopen: (cursor) => openHead(cursor, headAgain(run)),
    fetchPage: async (window) => {
      const parameters = historyParameters(window, request.connection.settings);
      const page = await client.call({ endpoint: "TradesHistory", parameters, read: readTradesPage });
      fetched = { window, rows: page.rows };
      return page;
    },
  });
  for await (const { rows, cursor, diagnostics, finished, count } of walked) {
    run.trades = cursor;
    const pairs = await resolvedPairs(
      rows.map(({ row }) => row),
      run,
    );
    tile = tileOf(fetched, cursor, tile);
    const ledger = await ledgerOf(run, { trades: rows, pairs, tile });
    const raws = rows.map((trade) => krakenRaw(trade, ledger.byTxid.get(trade.txid)));
    noteFees(run, raws, pairs);
    noteDoubt(run, ledger);
    yield pageOf(run, {
      records: [...raws, ...ledger.groups].map((raw) => ({ raw })),
      pairs,
      diagnostics: [
        ...diagnostics,
        ...pairs.filter(({ base }) => base === null).map(unresolvedPair),
        ...unreadGroups(run, ledger.groups),
        ...feeDiagnostics(run),
      ],
      resolved: run.ledger.readable && request.cursor?.ledgerDeniedAt !== undefined ? [ledgerDenied] : [],
      ...{ finished, expectedRecords: count },
    });
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

/** Remembers the fills whose fee is still an estimate, where the ledger could tell it. */
function noteFees(run: KrakenRun, raws: readonly Json[], pairs: readonly KrakenPair[]): void {
  const { settings, accountRef } = run.request.connection;
  if (!settings.ledgerFees || run.ledger.denied) return;
  const times = raws.flatMap((raw) => {
    const normalized = krakenNormalize(raw, { account: accountRef, pairs });
    if (normalized.kind !== "execution") return [];
    const open = normalized.execution.fees?.some(({ estimated }) => estimated === true) ?? false;
    return open ? (secondsOf(raw) ?? []) : [];
  });
  const { awaiting, givenUp } = awaitFees(run.awaiting, { times, nowSeconds: nowSeconds(run.request) });
  run.awaiting = awaiting;
  run.feesGivenUp += givenUp;
}

function feeDiagnostics(run: KrakenRun): PageDiagnostic[] {
  if (run.ledger.denied) return [ledgerDenied];
  return run.feesGivenUp === 0 ? [] : [feesGivenUp(run)];
}

/** One problem for all that the key cannot tell. */
const ledgerDenied: PageDiagnostic = {
  kind: "warning",
  key: "ledger-permission",
  message:
    'the API key lacks "Query ledger entries" (query-ledger): fees are Kraken\'s estimates in the quote currency, and what ' +
    "Kraken's app bought or converted is not imported; give the key that right, then run a backfill",
};

function feesGivenUp({ feesGivenUp: fills, request }: KrakenRun): PageDiagnostic {
  const why = request.connection.settings.consolidateTaker
    ? "Kraken's ledger has no whole set of entries for them"
    : "Kraken's ledger names fills as consolidateTaker shows them, which is off";
  const message = `the fees of ${fills} fill(s) in this run stay Kraken's estimates in the quote currency: ${why}`;
  return { kind: "warning", key: "fees-estimated", message };
}

/** The pairs of rows in stable order. Names that could not be stored are left out: their rows are rejected anyway. */
export async function resolvedPairs(
  rows: readonly Json[],
  { catalog, request }: { readonly catalog: KrakenCatalog; readonly request: Parameters<KrakenCatalog["resolver"]>[0] },
): Promise<KrakenPair[]> {
  const names = new Set<string>();
  for (const row of rows) {
    const pair = typeof row === "object" && row !== null && "pair" in row ? row.pair : null;
    if (typeof pair === "string" && /^[\x20-\x7e]{1,200}$/.test(pair)) names.add(pair);
  }
  if (names.size === 0) return [];
  const resolve = await catalog.resolver(request);
  return [...names].sort().map(resolve);
}

export function unresolvedPair({ pair }: KrakenPair): PageDiagnostic {
  const message = `the pair ${JSON.stringify(pair)} is not listed by Kraken: its fills keep that name and have no currency`;
  return { kind: "warning", key: `pair:${pair}`, message };
}
