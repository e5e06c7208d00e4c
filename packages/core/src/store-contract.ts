import type { AuditEvent, AuditFilter } from "./audit-event.ts";
import type { ConnectionStore } from "./connection-store.ts";
import type { RunMode, RunWindow } from "./connector-contract.ts";
import type { ExecutionFilter, FillFilter, JobFilter, TradeFilter } from "./filter-types.ts";
import type { Instant } from "./instant.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { CancelRow, Decision, Link, Fill as PlannedFill, Reject } from "./plan/plan-types.ts";
import type { ProblemCount, ProblemFilter, StoredProblem } from "./problem-types.ts";
import type { PruneReport, StorePrune } from "./prune.ts";
import type { Fill, Job, Slice, SliceRequest, StoredExecution, Trade } from "./read-types.ts";
import type { CommitOptions, CommitResult, RunEnd, RunEndResult, RunStart } from "./run-contract.ts";
import type { SharedState } from "./shared-state.ts";
import type { Step, StepCounts, StepFilter, StepStatisticsFilter } from "./step.ts";
import type { TradeFacts } from "./trade-view.ts";

/** One fill as it counts: its face among its reports, and the fees and decision of all of them. */
export interface StoredFill
  extends Pick<
      StoredExecution,
      "id" | "broker" | "account" | "instrument" | "side" | "quantity" | "price" | "executedAt"
    >,
    Pick<PlannedFill, "state" | "fees"> {
  readonly tradeId: string;
  readonly link: Link;
}

/** A page of the inbox, and beside it what one of its trades may be. */
export interface InboxSlice extends Slice<Trade> {
  /** The manual trades whose last fill is of the same UTC day as the last fill of a trade on the page, in any order. */
  readonly manuals: readonly Trade[];
}

/** What a job stored: a family of which it stored a report, or a cancel. */
export type JobRecord =
  | { readonly kind: "family"; readonly familyKey: string }
  | ({ readonly kind: "cancel" } & Pick<CancelRow, "cancelKey" | "familyKey" | "aliasKeys">);

/** A slice of rejects with every context that they name. */
export interface OpenRejects extends Slice<Reject> {
  readonly contexts: CommitBatch["contexts"];
}

/**
 * All that `ingest()` needs of a store. Every argument and result is JSON.
 *
 * A store's duties: durability, locks, its own clock for leases, one transaction a commit. Not its duty: any decision
 * about fills; it asks `planCommit`.
 */
export interface IngestStore extends Pick<ConnectionStore, "changeConnection"> {
  /** Throws `STORE_NOT_MIGRATED` when its tables are not there, naming the command that makes them. */
  ready(): Promise<void>;
  /**
   * Takes the connection's lease and opens a job. A `running` job whose lease ran out is closed as `failed` first.
   * `leaseMs` is how long the lease holds unless renewed or a page is committed.
   */
  beginRun(request: {
    readonly connectionId: string;
    readonly mode: RunMode;
    readonly window: RunWindow;
    readonly leaseMs: number;
    /** For a claimed connection: begins only if it is active or pending, and not paused, which may have changed since the claim. */
    readonly onSchedule?: boolean;
  }): Promise<RunStart>;
  /** Makes the lease last; false when another run took over. */
  renewLease(request: {
    readonly connectionId: string;
    readonly token: number;
    readonly leaseMs: number;
  }): Promise<boolean>;
  /**
   * One transaction: check the fence, move the cursor, lock the accounts, read what the plan asks for, write the plan, add
   * the statistics to the job, and renew the lease. The fence is the connection with its owner, token and running job.
   *
   * Pages of a run come in order, from 1. A page number that is not above the last committed one is a repeat by a caller
   * who lost the answer: past the fence it gets the last page's answer, and nothing is written but the lease. Only the
   * last page's statistics have to be kept for that. A batch without a run is a repeat where its owner's batch of the same id
   * was committed within the last hour: past the locks it gets that one's answer, and nothing is written.
   */
  commit(batch: CommitBatch, options?: CommitOptions): Promise<CommitResult>;
  /**
   * Ids of active and pending connections whose next sync is due, at most `limit`. Owners take turns: each one's longest due comes
   * before anyone's second. A claimed one is due again only after `leaseMs`: two workers never get the same one, and what a
   * dying worker claimed comes back by itself. A large backlog may be looked at in part, the longest due 20,000 at least.
   *
   * Also closes, as `beginRun` does, the jobs whose lease ran out on connections that are never due: no run comes by there.
   */
  claimDue(request: { readonly limit: number; readonly leaseMs: number }): Promise<readonly string[]>;
  /**
   * Checks the fence as `commit` does, closes the job, releases the lease, and writes the connection's state and next sync.
   * With a follow-up queued the connection is due at once, unless it is paused or not active; it is queued no more.
   */
  endRun(end: RunEnd): Promise<RunEndResult>;
  /**
   * Adds steps to this owner's jobs, beside any transaction. Steps of a job that is not the owner's are left out, and so
   * is a step that is stored already.
   */
  writeSteps(owner: string, steps: readonly Step[]): Promise<void>;
  /** Reads state that all workers share, see `SharedState`. */
  readState: SharedState["read"];
  /** Writes it if its version still is the one that was read. */
  writeState: SharedState["write"];
}

/**
 * A store with everything that the facade reads and writes on behalf of a person. Each method takes the owner, and each
 * answer is of one moment: of a commit it holds either everything or nothing, however many statements it takes.
 *
 * A manual trade that was removed (broker `manual`, status `canceled`) is in no answer about trades and fills.
 */
export interface BookStore extends IngestStore, ConnectionStore {
  /** The time that leases and schedules go by. */
  now(): Promise<Instant>;
  /** One trade; null where this owner has no such one. */
  trade(owner: string, tradeId: string): Promise<Trade | null>;
  /** What these are, at most 200, in any order; those that there are not are left out. */
  tradesById(owner: string, ids: readonly string[]): Promise<readonly TradeFacts[]>;
  /**
   * The decisions on these trades, at most 200, by family: on every family of which a report has the trade's id, so that a
   * decision is found which was made before a better id was told.
   */
  decisionsOf(owner: string, tradeIds: readonly string[]): Promise<readonly Decision[]>;
  /** Trades, those with the newest last fill first. */
  trades(owner: string, filter: TradeFilter): Promise<Slice<Trade>>;
  /** What `trades` lists as pending review. */
  inbox(owner: string, filter: Omit<TradeFilter, "inbox">): Promise<InboxSlice>;
  /**
   * What stands for each fill in its trade, canceled fills too, newest first: all of them, because pages of a list that
   * changes meanwhile hold a fill twice or not at all.
   */
  fills(owner: string, filter: Pick<FillFilter, "broker" | "account">): Promise<readonly StoredFill[]>;
  /** A page of the same fills, for people. */
  fillSlice(owner: string, filter: FillFilter): Promise<Slice<Fill>>;
  /** Reports, newest first, those that do not count too. */
  executions(owner: string, filter: ExecutionFilter): Promise<Slice<StoredExecution>>;
  /** The reports of one fill, the least by rank first, at most 200: the greatest ones of them. */
  familyReports(owner: string, familyKey: string): Promise<readonly StoredExecution[]>;
  /**
   * Makes the connection due once more right after the job that is running, however often it is called, also when that
   * job's process dies. The next run that begins is the follow-up. False when this job is not the running one.
   */
  queueFollowUp(owner: string, request: { readonly connectionId: string; readonly jobId: string }): Promise<boolean>;
  /** One job; null where this owner has no such one. */
  job(owner: string, jobId: string): Promise<Job | null>;
  /**
   * What this job stored and was not undone, each family once, in a fixed order that undoing some of it leaves. `next` means
   * something to this method only.
   */
  jobRecords(owner: string, request: SliceRequest & { readonly jobId: string }): Promise<Slice<JobRecord>>;
  /** Jobs, newest first. */
  jobs(owner: string, filter: JobFilter): Promise<Slice<Job>>;
  /** Problems, newest first. */
  problems(owner: string, filter: ProblemFilter): Promise<Slice<StoredProblem>>;
  /**
   * Resolves an open problem at this moment; answers with the problem as it is then, null when there is none. The event is
   * written when it was open.
   */
  resolveProblem(
    owner: string,
    request: { readonly id: string; readonly at: Instant; readonly audit?: AuditEvent },
  ): Promise<StoredProblem | null>;
  /** How many open problems there are of each kind and severity; none of 0. */
  problemCounts(owner: string, filter: { readonly connectionId?: string }): Promise<readonly ProblemCount[]>;
  /** Audit events, newest first. */
  auditEvents(owner: string, filter: AuditFilter): Promise<Slice<AuditEvent>>;
  /** A connection's rejects that are not resolved, newest first. */
  openRejects(owner: string, request: SliceRequest & { readonly connectionId: string }): Promise<OpenRejects>;
  /** Steps, newest first. */
  steps(owner: string, filter: StepFilter): Promise<Slice<Step>>;
  /** All steps of a job, in their order. */
  lineage(owner: string, jobId: string): Promise<readonly Step[]>;
  /** One entry a name that has steps. Error codes: the five most common, equally common ones in the order of their text. */
  stepCounts(owner: string, filter: StepStatisticsFilter): Promise<readonly StepCounts[]>;
  /**
   * Deletes old rows of all owners, at most `limit` of each kind: jobs that ended and began before, with their steps, but those
   * that stored something only where asked; steps; problems that were opened and resolved before; audit events. A job goes
   * with the last of its steps. Nothing waits for it.
   */
  prune(request: StorePrune): Promise<PruneReport>;
}
