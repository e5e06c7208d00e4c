import type { RunMode, RunWindow, SharedState } from "./connector-contract.ts";
import type { ErrorReport } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { CommitBatch, CommitStats } from "./plan/commit-batch.ts";
import type {
  Connection,
  ExecutionFilter,
  Health,
  Job,
  JobFilter,
  JobStatus,
  Problem,
  ProblemFilter,
  RunStats,
  Slice,
  SliceRequest,
  StoredExecution,
  Trade,
  TradeFilter,
} from "./read-types.ts";

/** What `beginRun` answers. */
export type RunStart =
  | { readonly kind: "missing" }
  | { readonly kind: "disconnected" }
  | { readonly kind: "busy"; readonly runningJobId: string }
  | {
      readonly kind: "started";
      readonly jobId: string;
      /** Fencing token: higher than any before it for this connection. */
      readonly token: number;
      readonly connection: Connection;
      readonly cursor: Json;
      readonly startedAt: Instant;
    };

export interface RunEnd {
  readonly owner: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly token: number;
  readonly status: Exclude<JobStatus, "running">;
  readonly more: boolean;
  readonly error: ErrorReport | null;
  readonly health: Health;
  readonly connectionStatus: "active" | "needs_reauth" | "error";
}

/** A commit's answer. `fenced`: another run owns the connection now and nothing was written. */
export type CommitResult = { readonly kind: "committed"; readonly stats: CommitStats } | { readonly kind: "fenced" };

export type RunEndResult = { readonly kind: "ended"; readonly job: Job } | { readonly kind: "fenced" };

/**
 * All that `ingest()` needs of a store. Every argument and result is JSON.
 *
 * A store's duties: durability, locks, its own clock for leases, one transaction a commit. Not its duty: any decision
 * about fills; it asks `planCommit`.
 */
export interface IngestStore {
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
  }): Promise<RunStart>;
  /** False when another run took over. */
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
   * last page's statistics have to be kept for that. A batch without a run is never a repeat.
   */
  commit(batch: CommitBatch, options?: { readonly leaseMs?: number }): Promise<CommitResult>;
  /**
   * Ids of active connections whose next sync is due, longest due first, at most `limit`. A claimed one is due again only
   * after `leaseMs`: two workers never get the same one, and what a dying worker claimed comes back by itself.
   */
  claimDue(request: { readonly limit: number; readonly leaseMs: number }): Promise<readonly string[]>;
  /** Checks the fence as `commit` does, closes the job, releases the lease, and writes the connection's status and next sync. */
  endRun(end: RunEnd): Promise<RunEndResult>;
  readState: SharedState["read"];
  writeState: SharedState["write"];
}

/** A store with everything that the facade reads and writes on behalf of a person. Each method takes the owner. */
export interface BookStore extends IngestStore {
  createConnection(connection: Connection): Promise<void>;
  connection(owner: string, connectionId: string): Promise<Connection | null>;
  connections(owner: string, filter: SliceRequest): Promise<Slice<Connection>>;
  trade(owner: string, tradeId: string): Promise<Trade | null>;
  trades(owner: string, filter: TradeFilter): Promise<Slice<Trade>>;
  executions(owner: string, filter: ExecutionFilter): Promise<Slice<StoredExecution>>;
  job(owner: string, jobId: string): Promise<Job | null>;
  jobs(owner: string, filter: JobFilter): Promise<Slice<Job>>;
  problems(owner: string, filter: ProblemFilter): Promise<Slice<Problem>>;
}

/** Statistics of a run that committed nothing yet. */
export const noStats: RunStats = {
  pages: 0,
  fetched: 0,
  inserted: 0,
  updated: 0,
  duplicates: 0,
  corrected: 0,
  canceled: 0,
  conflicts: 0,
  ignored: 0,
  rejected: 0,
  canonicalChanges: 0,
  tradesTouched: 0,
  pendingReview: 0,
};
