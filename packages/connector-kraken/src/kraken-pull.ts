import {
  type ClosedWindowCursor,
  emptyWindowCursor,
  type HeadOptions,
  openHead,
  openRequested,
  walkClosedWindows,
} from "@fillbook/connector-kit";
import { type Instant, type Json, unixMsOf } from "@fillbook/core";
import type { Page, PageDiagnostic, PullRequest } from "@fillbook/core/connector";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { type KrakenTransport, krakenClient } from "./kraken-client.ts";
import { type KrakenCursor, refuseModeChange } from "./kraken-cursor.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import { type KrakenCredentials, type KrakenSettings, readKrakenCredentials } from "./kraken-settings.ts";
import { cursorId, type KrakenTrade, krakenRaw, readTradesPage } from "./kraken-trade.ts";

export type KrakenPull = PullRequest<KrakenCredentials, KrakenSettings, KrakenCursor>;
export type KrakenPage = Page<Json, KrakenContext, KrakenCursor>;

/** Rows of a full page of TradesHistory (docs.kraken.com, read 2026-05-26). */
const PAGE_SIZE = 50;

/** How often a run of hours looks for new fills: one page in 75 at the slowest pace. */
const HEAD_REFRESH_SECONDS = 900;

/** Reads TradesHistory by closed windows: new fills first, then what is left of older history. */
export async function* krakenPull(
  { transport, catalog }: { readonly transport: KrakenTransport; readonly catalog: KrakenCatalog },
  request: KrakenPull,
): AsyncGenerator<KrakenPage, void> {
  const credentials = readKrakenCredentials(request.credentials);
  const { settings } = request.connection;
  const { tier, consolidateTaker } = settings;
  refuseModeChange(request.cursor, consolidateTaker);
  const client = krakenClient(transport, { ...request, credentials, tier });
  const pages = walkClosedWindows<KrakenTrade>({
    cursor: openWindows(transport.policy, request),
    pageSize: PAGE_SIZE,
    pagesMax: transport.policy.pagesMax,
    idOf: cursorId,
    reopen: (cursor) => openHead(cursor, headOptions(transport.policy, request, HEAD_REFRESH_SECONDS)),
    fetchPage: (window) =>
      client.call({
        endpoint: "TradesHistory",
        parameters: historyParameters(window, settings),
        read: readTradesPage,
      }),
  });
  for await (const { rows, cursor, diagnostics, count } of pages) {
    const pairs = await pairsOf(rows, catalog, request);
    yield {
      records: rows.map((row) => ({ raw: krakenRaw(row) })),
      context: { account: request.connection.accountRef, pairs },
      cursor: { version: 1, consolidateTaker, head: cursor.head, windows: cursor.windows },
      diagnostics: [...diagnostics, ...pairs.filter(({ base }) => base === null).map(unresolvedPair)],
      ...(count === null ? {} : { expectedRecords: count }),
    };
  }
}

function openWindows(policy: ReadPolicy, request: KrakenPull): ClosedWindowCursor {
  const { cursor, mode, window, connection } = request;
  // A person who asks wants what is new.
  const headEverySeconds = mode === "manual" ? 0 : policy.headEverySeconds;
  const head = headOptions(policy, request, headEverySeconds);
  const opened = openHead(cursor ?? emptyWindowCursor, head);
  if (window.from === undefined && window.to === undefined) return opened;
  const from = exclusiveStart(window.from ?? connection.settings.historyFrom);
  const to = window.to === undefined ? head.safeNow : Math.min(head.safeNow, Math.ceil(unixMsOf(window.to) / 1000));
  return openRequested(opened, { from, to });
}

function headOptions(policy: ReadPolicy, { clock, connection }: KrakenPull, headEverySeconds: number): HeadOptions {
  return {
    safeNow: Math.max(1, Math.floor(clock.now() / 1000) - policy.safetySeconds),
    historyStart: exclusiveStart(connection.settings.historyFrom),
    overlapSeconds: policy.overlapSeconds,
    headEverySeconds,
  };
}

/** Kraken's `start` leaves its own second out (docs.kraken.com, read 2026-05-26). */
function exclusiveStart(from: Instant | undefined): number {
  return from === undefined ? 0 : Math.max(0, Math.floor(unixMsOf(from) / 1000) - 1);
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

/** The pairs of a page in stable order. Names that could not be stored are left out: their rows are rejected anyway. */
async function pairsOf(rows: readonly KrakenTrade[], catalog: KrakenCatalog, run: KrakenPull): Promise<KrakenPair[]> {
  const names = new Set<string>();
  for (const { row } of rows) {
    const pair = typeof row === "object" && row !== null && "pair" in row ? row.pair : null;
    if (typeof pair === "string" && /^[\x20-\x7e]{1,200}$/.test(pair)) names.add(pair);
  }
  if (names.size === 0) return [];
  const resolve = await catalog.resolver(run);
  return [...names].sort().map(resolve);
}

function unresolvedPair({ pair }: KrakenPair): PageDiagnostic {
  const message = `the pair ${JSON.stringify(pair)} is not listed by Kraken: its fills keep that name and have no currency`;
  return { kind: "warning", key: `pair:${pair}`, message };
}
