import {
  type ClosedWindow,
  type ClosedWindowCursor,
  emptyWindowCursor,
  type FinishedWindow,
  type HeadOptions,
  openRequested,
} from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { Page, PageDiagnostic, PageRecord, PullRequest } from "@fillbook/core/connector";
import { dueSpan } from "./kraken-awaiting.ts";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { type KrakenClient, type KrakenTransport, krakenClient } from "./kraken-client.ts";
import { type KrakenDoubt, type KrakenRead, krakenCoverage, openDoubts } from "./kraken-coverage.ts";
import {
  type KrakenAwaiting,
  type KrakenCursor,
  type KrakenKeySeen,
  type KrakenRequested,
  refuseModeChange,
} from "./kraken-cursor.ts";
import type { KrakenExport } from "./kraken-export.ts";
import { headOptions, nowSeconds, openHistory } from "./kraken-history.ts";
import { keyId } from "./kraken-key-id.ts";
import { ledgerNews } from "./kraken-ledger-news.ts";
import { type LedgerReader, ledgerReader } from "./kraken-ledger-reader.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import { type KrakenReread, newReread } from "./kraken-reread-state.ts";
import { type KrakenCredentials, type KrakenSettings, readKrakenCredentials } from "./kraken-settings.ts";

export type KrakenPull = PullRequest<KrakenCredentials, KrakenSettings, KrakenCursor>;
export type KrakenPage = Page<Json, KrakenContext, KrakenCursor>;

/** What all connections of one `kraken()` share. */
export interface KrakenParts {
  readonly transport: KrakenTransport;
  readonly catalog: KrakenCatalog;
}

/** A run's progress. */
export interface KrakenRun {
  readonly request: KrakenPull;
  readonly policy: ReadPolicy;
  readonly catalog: KrakenCatalog;
  readonly client: KrakenClient;
  readonly ledger: LedgerReader;
  trades: ClosedWindowCursor;
  /** What the pages of trades left of the ledger. */
  ledgers: ClosedWindowCursor;
  /** Spans whose trades are stored and whose ledger could not be read. */
  unread: readonly ClosedWindow[];
  /** True while a problem reports such spans. */
  unreadReported: boolean;
  /** True once the run reads such spans again. */
  readsAgain: boolean;
  awaiting: KrakenAwaiting | null;
  /** The daily second look at stored fills. */
  reread: KrakenReread;
  exporting: KrakenExport | null;
  /** What was asked for and is being read. */
  readonly requests: readonly KrakenRequested[];
  /** The key as it was last looked at. */
  key: KrakenKeySeen | null;
  /** What was read to its end and is not claimed yet. */
  unclaimed: readonly KrakenRead[];
  doubts: readonly KrakenDoubt[];
  /** Fills of this run that keep an estimated fee for good. */
  feesGivenUp: number;
  pagesYielded: number;
}

/** Opens a run: where it stands, and what it is to read. */
export function openRun({ transport, catalog }: KrakenParts, request: KrakenPull): KrakenRun {
  const credentials = readKrakenCredentials(request.credentials);
  const { cursor } = request;
  const { settings } = request.connection;
  refuseModeChange(cursor, settings.consolidateTaker);
  const { policy } = transport;
  const client = krakenClient(transport, { ...request, credentials, tier: settings.tier });
  const awaiting = cursor?.awaiting ?? null;
  const due = dueSpan(awaiting, nowSeconds(request));
  const { trades, exporting, requests } = openHistory(policy, request);
  return {
    ...{ request, policy, catalog, client },
    ledger: ledgerReader(client, deniedLately(request)),
    trades: due === null ? trades : openRequested(trades, due),
    ledgers: cursor?.ledger ?? emptyWindowCursor,
    unread: settings.ledgerFees || settings.instant ? (cursor?.unread ?? []) : [],
    unreadReported: cursor?.unreadReported === true,
    readsAgain: false,
    awaiting: due === null ? awaiting : null,
    reread: cursor?.reread ?? newReread(nowSeconds(request)),
    ...{ exporting, requests },
    key: cursor?.key ?? null,
    unclaimed: cursor?.unclaimed ?? [],
    doubts: cursor?.doubts ?? [],
    feesGivenUp: 0,
    pagesYielded: 0,
  };
}

/** How the newest window is opened again in a run of hours. */
export function headAgain({ policy, request }: KrakenRun): HeadOptions {
  return headOptions(policy, request, HEAD_REFRESH_SECONDS);
}

/** A page of the run: what it holds, and where the run stands behind it. */
export function pageOf(
  run: KrakenRun,
  page: {
    readonly records: readonly PageRecord<Json>[];
    readonly pairs?: readonly KrakenPair[];
    readonly diagnostics?: readonly PageDiagnostic[];
    readonly finished?: FinishedWindow | null;
    readonly expectedRecords?: number | null;
  },
): KrakenPage {
  const { records, pairs = [], expectedRecords = null } = page;
  const coverage = krakenCoverage(run, page.finished ?? null);
  const news = ledgerNews(run);
  run.pagesYielded += 1;
  return {
    records,
    context: { account: run.request.connection.accountRef, pairs, rebase: "base" },
    cursor: cursorOf(run),
    diagnostics: [...(page.diagnostics ?? []), ...news.diagnostics],
    ...{ resolved: news.resolved, coverage },
    ...(expectedRecords === null ? {} : { expectedRecords }),
  };
}

/** How often a run of hours looks for new fills: one page in 75 at the slowest pace. */
const HEAD_REFRESH_SECONDS = 900;
/** How long a key is believed not to read the ledger, unless a person asks. */
const DENIED_SECONDS = 6 * 3_600;

/** What one key was refused says nothing of another. */
function deniedLately(request: KrakenPull): boolean {
  const { cursor, mode, credentials } = request;
  if (cursor?.ledgerDeniedAt === undefined || mode !== "scheduled") return false;
  const isOtherKey = cursor.key !== undefined && cursor.key.id !== keyId(credentials.apiKey);
  return !isOtherKey && nowSeconds(request) - cursor.ledgerDeniedAt < DENIED_SECONDS;
}

function cursorOf(run: KrakenRun): KrakenCursor {
  const { request, trades, ledgers, unread, unreadReported, awaiting, exporting, requests, key, unclaimed } = run;
  const { reread } = run;
  const doubts = openDoubts(run);
  const { consolidateTaker } = request.connection.settings;
  const deniedAt = ledgerDeniedAt(run);
  return {
    ...{ version: 1, consolidateTaker, head: trades.head, windows: trades.windows },
    ledger: { head: ledgers.head, windows: ledgers.windows },
    ...(unread.length === 0 ? {} : { unread }),
    ...(unread.length > 0 && unreadReported ? { unreadReported } : {}),
    ...(awaiting === null ? {} : { awaiting }),
    reread,
    ...(requests.length > 0 && isAnythingLeft(run) ? { requests } : {}),
    ...(exporting === null ? {} : { exporting }),
    ...(key === null ? {} : { key }),
    ...(unclaimed.length === 0 ? {} : { unclaimed }),
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(deniedAt === null ? {} : { ledgerDeniedAt: deniedAt }),
  };
}

/** What the ledger refuses, or fails at, is not left of a request: it is read whenever it can be. */
function isAnythingLeft({ trades, exporting, ledger, ledgers, unread, request }: KrakenRun): boolean {
  if (trades.windows.length > 0 || exporting !== null) return true;
  if (ledger.denied || ledger.failure !== null) return false;
  return unread.length > 0 || (request.connection.settings.instant && ledgers.windows.length > 0);
}

/** An earlier refusal stands until the ledger was read. */
function ledgerDeniedAt({ ledger, request }: KrakenRun): number | null {
  const before = request.cursor?.ledgerDeniedAt ?? null;
  if (ledger.denied) return before !== null && deniedLately(request) ? before : nowSeconds(request);
  return ledger.readable ? null : before;
}
