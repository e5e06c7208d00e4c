import type { ClosedWindowCursor, ClosedWindowOptions, FinishedWindow } from "@fillbook/connector-kit";
import type { Instant, Json } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { awaitFees } from "./kraken-awaiting.ts";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { noteDoubt } from "./kraken-coverage.ts";
import { walkTrades } from "./kraken-fetch-trades.ts";
import { leaveToExport, notePlan } from "./kraken-first-export.ts";
import { nowSeconds } from "./kraken-history.ts";
import { secondsOf } from "./kraken-ledger.ts";
import { unreadGroups } from "./kraken-ledger-groups.ts";
import { ledgerRows } from "./kraken-ledger-reader.ts";
import {
  type FetchedTrades,
  ledgerOf,
  noLedger,
  type PageTile,
  type TradesLedger,
  tileOf,
} from "./kraken-ledger-tile.ts";
import { isHeadFresh, withNewHead } from "./kraken-new-head.ts";
import { krakenNormalize } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import { type KrakenTrade, krakenRaw } from "./kraken-trade.ts";
import { noteUnread } from "./kraken-unread.ts";

/** A page of TradesHistory with its part of the ledger. */
export interface ReadTrades {
  /** Safe once the page is stored. */
  readonly cursor: ClosedWindowCursor;
  readonly trades: readonly KrakenTrade[];
  readonly pairs: readonly KrakenPair[];
  readonly ledger: TradesLedger;
  readonly diagnostics: readonly PageDiagnostic[];
  readonly finished: FinishedWindow | null;
  readonly count: number | null;
  /** When Kraken gave the page of trades: its part of the ledger came a little later. */
  readonly reportedAt: Instant | null;
}

/** Walks windows of TradesHistory, each page with its part of the ledger. */
export async function* readTrades(
  run: KrakenRun,
  walk: Pick<ClosedWindowOptions<KrakenTrade>, "cursor" | "reopen">,
): AsyncGenerator<ReadTrades, void> {
  let fetched: FetchedTrades | null = null;
  let tile: PageTile | null = null;
  let { cursor } = walk;
  const walked = walkTrades(run, walk, (window, { rows, count }) => {
    fetched = { window, rows };
    run.estimate.counted(window, count);
  });
  for await (const { rows: trades, ...page } of walked) {
    const pairs = await resolvedPairs(
      trades.map(({ row }) => row),
      run,
    );
    tile = tileOf(fetched, page.cursor, tile);
    const reading = ledgerOf(run, { trades, pairs, tile });
    let part = await reading.next();
    // The page itself is passed with the last part of its ledger.
    for (; part.done !== true; part = await reading.next()) yield ledgerPart(cursor, page, part.value);
    ({ cursor } = page);
    yield { ...page, trades, pairs, ledger: part.value };
  }
}

function ledgerPart(
  cursor: ClosedWindowCursor,
  { reportedAt }: Pick<ReadTrades, "reportedAt">,
  groups: readonly Json[],
): ReadTrades {
  const ledger = { ...noLedger, groups };
  return { cursor, trades: [], pairs: [], ledger, diagnostics: [], finished: null, count: null, reportedAt };
}

/** Reads the windows of TradesHistory; what is new while they are read comes first. */
export async function* tradePages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const reopen = (cursor: ClosedWindowCursor) => withNewHead(run, cursor);
  leaveToExport(run);
  for await (const read of readTrades(run, { cursor: run.trades, reopen })) {
    run.trades = read.cursor;
    noteUnread(run, read.ledger);
    yield tradesPage(run, read);
    if (leaveToExport(run)) return;
  }
}

/** Reads what came since the head was opened, in a walk of hours that is not the head's. */
export async function* newTrades(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (isHeadFresh(run)) return;
  run.trades = withNewHead(run, run.trades);
  yield* tradePages(run);
}

/** The page as the run yields it. */
export function tradesPage(run: KrakenRun, read: ReadTrades): KrakenPage {
  const { trades, pairs, ledger, diagnostics, finished, count, reportedAt } = read;
  const raws = trades.map((trade) => krakenRaw(trade, ledgerRows(ledger.byTxid.get(trade.txid) ?? [])));
  noteFees(run, ledger.unread === null ? raws : [], pairs);
  noteDoubt(run, ledger);
  notePlan(run, { raws, groups: ledger.groups, pairs, count });
  return pageOf(run, {
    records: [...raws, ...ledger.groups].map((raw) => ({ raw })),
    pairs,
    diagnostics: [
      ...diagnostics,
      ...pairs.filter(({ base }) => base === null).map(unresolvedPair),
      ...unreadGroups(run, ledger.groups),
    ],
    ...{ finished, reportedAt },
  });
}

/** Remembers the fills whose fee is still an estimate although their part of the ledger was read. */
function noteFees(run: KrakenRun, raws: readonly Json[], pairs: readonly KrakenPair[]): void {
  const { settings, accountRef } = run.request.connection;
  if (!settings.ledgerFees) return;
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
