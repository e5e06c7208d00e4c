import {
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
import { type KrakenAwaiting, type KrakenCursor, type KrakenKeySeen, refuseModeChange } from "./kraken-cursor.ts";
import type { KrakenExport } from "./kraken-export.ts";
import { headOptions, nowSeconds, openHistory } from "./kraken-history.ts";
import { type LedgerReader, ledgerReader } from "./kraken-ledger-reader.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
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
  awaiting: KrakenAwaiting | null;
  exporting: KrakenExport | null;
  /** The key as it was last looked at. */
  key: KrakenKeySeen | null;
  /** What was read to its end and is not claimed yet. */
  unclaimed: readonly KrakenRead[];
  doubts: readonly KrakenDoubt[];
  /** Fills of this run that keep an estimated fee for good. */
  feesGivenUp: number;
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
  const { trades, exporting } = openHistory(policy, request);
  return {
    ...{ request, policy, catalog, client },
    ledger: ledgerReader(client, deniedLately(request)),
    trades: due === null ? trades : openRequested(trades, due),
    ledgers: cursor?.ledger ?? emptyWindowCursor,
    awaiting: due === null ? awaiting : null,
    exporting,
    key: cursor?.key ?? null,
    unclaimed: cursor?.unclaimed ?? [],
    doubts: cursor?.doubts ?? [],
    feesGivenUp: 0,
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
    readonly resolved?: KrakenPage["resolved"];
    readonly finished?: FinishedWindow | null;
    readonly expectedRecords?: number | null;
  },
): KrakenPage {
  const { records, pairs = [], diagnostics = [], resolved = [], expectedRecords = null } = page;
  const coverage = krakenCoverage(run, page.finished ?? null);
  return {
    records,
    context: { account: run.request.connection.accountRef, pairs, rebase: "base" },
    cursor: cursorOf(run),
    ...{ diagnostics, resolved, coverage },
    ...(expectedRecords === null ? {} : { expectedRecords }),
  };
}

/** How often a run of hours looks for new fills: one page in 75 at the slowest pace. */
const HEAD_REFRESH_SECONDS = 900;
/** How long a key is believed not to read the ledger, unless a person asks. */
const DENIED_SECONDS = 6 * 3_600;

function deniedLately(request: KrakenPull): boolean {
  const deniedAt = request.cursor?.ledgerDeniedAt;
  return deniedAt !== undefined && request.mode === "scheduled" && nowSeconds(request) - deniedAt < DENIED_SECONDS;
}

function cursorOf(run: KrakenRun): KrakenCursor {
  const { request, trades, ledgers, awaiting, exporting, key, unclaimed, ledger } = run;
  const doubts = openDoubts(run);
  const { consolidateTaker } = request.connection.settings;
  const before = request.cursor?.ledgerDeniedAt;
  const deniedAt = ledger.denied
    ? before !== undefined && deniedLately(request)
      ? before
      : nowSeconds(request)
    : null;
  return {
    ...{ version: 1, consolidateTaker, head: trades.head, windows: trades.windows },
    ledger: { head: ledgers.head, windows: ledgers.windows },
    ...(awaiting === null ? {} : { awaiting }),
    ...(exporting === null ? {} : { exporting }),
    ...(key === null ? {} : { key }),
    ...(unclaimed.length === 0 ? {} : { unclaimed }),
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(deniedAt === null ? {} : { ledgerDeniedAt: deniedAt }),
  };
}
