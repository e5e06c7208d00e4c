import {
  type ClosedWindow,
  type ClosedWindowCursor,
  emptyWindowCursor,
  type FinishedWindow,
  openRequested,
} from "@fillbook/connector-kit";
import type { Instant, Json } from "@fillbook/core";
import type { Page, PageDiagnostic, PageRecord, PullRequest } from "@fillbook/core/connector";
import { dueSpan } from "./kraken-awaiting.ts";
import type { KrakenCatalog } from "./kraken-catalog.ts";
import { type KrakenClient, type KrakenTransport, krakenClient } from "./kraken-client.ts";
import { type KrakenDoubt, type KrakenRead, krakenCoverage } from "./kraken-coverage.ts";
import {
  type KrakenAwaiting,
  type KrakenCursor,
  type KrakenKeySeen,
  type KrakenPlan,
  type KrakenRequested,
  refuseModeChange,
} from "./kraken-cursor.ts";
import { type Estimate, estimateOf } from "./kraken-estimate.ts";
import type { KrakenExport } from "./kraken-export.ts";
import { type HeldAnswers, heldAnswers } from "./kraken-held-answers.ts";
import { headEverySeconds, nowSeconds, openHistory } from "./kraken-history.ts";
import { ledgerNews } from "./kraken-ledger-news.ts";
import { type LedgerReader, ledgerReader } from "./kraken-ledger-reader.ts";
import { headRefreshSeconds } from "./kraken-new-head.ts";
import type { KrakenContext } from "./kraken-normalize.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { ReadPolicy } from "./kraken-policy.ts";
import { type KrakenReread, newReread } from "./kraken-reread-state.ts";
import { cursorOf, deniedLately } from "./kraken-run-cursor.ts";
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
  readonly answers: HeldAnswers;
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
  /** What its first page is to leave to an export. */
  plan: KrakenPlan | null;
  /** What was asked for and is being read. */
  readonly requests: readonly KrakenRequested[];
  /** The key as it was last looked at. */
  key: KrakenKeySeen | null;
  /** What was read to its end and is not claimed yet. */
  unclaimed: readonly KrakenRead[];
  doubts: readonly KrakenDoubt[];
  /** Fills of this run that keep an estimated fee for good. */
  feesGivenUp: number;
  /** How long ago the newest window must have been opened before this run opens another. */
  headEverySeconds: number;
  pagesYielded: number;
  readonly estimate: Estimate;
}

/** Opens a run: where it stands, and what it is to read. */
export function openRun({ transport, catalog }: KrakenParts, request: KrakenPull): KrakenRun {
  const credentials = readKrakenCredentials(request.credentials);
  const { cursor } = request;
  const { settings } = request.connection;
  refuseModeChange(cursor, settings.consolidateTaker);
  const { policy } = transport;
  const answers = heldAnswers(
    krakenClient(transport, { ...request, credentials, tier: settings.tier }),
    cursor?.answers ?? [],
  );
  const { client } = answers;
  const awaiting = cursor?.awaiting ?? null;
  const due = dueSpan(awaiting, nowSeconds(request));
  const { trades, exporting, plan, requests } = openHistory(policy, request);
  return {
    ...{ request, policy, catalog, client, answers },
    ledger: ledgerReader(client, deniedLately(request)),
    trades: due === null ? trades : openRequested(trades, due),
    ledgers: cursor?.ledger ?? emptyWindowCursor,
    unread: settings.ledgerFees || settings.instant ? (cursor?.unread ?? []) : [],
    unreadReported: cursor?.unreadReported === true,
    readsAgain: false,
    awaiting: due === null ? awaiting : null,
    reread: cursor?.reread ?? newReread(nowSeconds(request)),
    ...{ exporting, plan, requests },
    key: cursor?.key ?? null,
    unclaimed: cursor?.unclaimed ?? [],
    doubts: cursor?.doubts ?? [],
    feesGivenUp: 0,
    // What an earlier run was answered is used first: then a run that is cut each time still gets on.
    headEverySeconds: answers.waiting.length === 0 ? headRefreshSeconds : headEverySeconds(policy, request),
    pagesYielded: 0,
    estimate: estimateOf(),
  };
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
    readonly reportedAt?: Instant | null;
  },
): KrakenPage {
  const { records, pairs = [], reportedAt = null } = page;
  const coverage = krakenCoverage(run, page.finished ?? null);
  const news = ledgerNews(run);
  run.pagesYielded += 1;
  run.answers.passed();
  const expectedRecords = run.estimate.afterPage(run, records.length);
  return {
    records,
    context: contextOf(run, pairs),
    cursor: cursorOf(run),
    reportedAt,
    diagnostics: [...(page.diagnostics ?? []), ...news.diagnostics],
    ...{ resolved: [...(page.resolved ?? []), ...news.resolved], coverage },
    ...(expectedRecords === null ? {} : { expectedRecords }),
  };
}

/** What a run that is cut was answered since its last page, for the next one to go on with. */
export function answersPage(run: KrakenRun, cursor: KrakenCursor): KrakenPage {
  const { answers, key } = run;
  const seen = key === null ? {} : { key };
  return { records: [], context: contextOf(run, []), cursor: { ...cursor, ...seen, answers: answers.held() } };
}

function contextOf({ request }: KrakenRun, pairs: readonly KrakenPair[]): KrakenContext {
  return { account: request.connection.accountRef, pairs, rebase: "base" };
}
