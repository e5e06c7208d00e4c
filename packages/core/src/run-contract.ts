import type { AuditEvent } from "./audit-event.ts";
import type { ConnectionProblem } from "./connection-problem.ts";
import type { Coverage } from "./coverage.ts";
import type { ErrorReport } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { CommitStats } from "./plan/commit-batch.ts";
import type { UndoOutcome } from "./plan/undo-import.ts";
import type { Connection, ConnectionStatus, Health, Job, JobStatus, Trade } from "./read-types.ts";

/** What `beginRun` answers. */
export type RunStart =
  | { readonly kind: "missing" }
  | { readonly kind: "disconnected" }
  | { readonly kind: "busy"; readonly runningJobId: string }
  /** It was to run on schedule, and is paused or not active by now. */
  | { readonly kind: "paused" }
  | {
      readonly kind: "started";
      readonly jobId: string;
      /** Fencing token: higher than any before it for this connection. */
      readonly token: number;
      readonly connection: Connection;
      readonly cursor: Json;
      readonly coverage: Coverage;
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
  /** What the run makes of its connection; null leaves status, health, breaker and schedule as they are. */
  readonly connection: ConnectionEnd | null;
  /**
   * A scheduled run that changed nothing. Its job takes the place of the connection's last such one, which is dropped, and
   * goes on with its count.
   */
  readonly unchanged: boolean;
  /** What the run makes of the connection's own problem; absent leaves it. */
  readonly problem?: ConnectionProblem;
  /** Written where the run's end is. */
  readonly audit?: AuditEvent;
}

/** A connection after a run. Times count from the store's own now: workers' clocks may differ. */
export interface ConnectionEnd {
  readonly status: Exclude<ConnectionStatus, "disconnected">;
  readonly health: Health;
  /** The broker accepted the credentials: `lastValidatedAt` is now. */
  readonly validated: boolean;
  readonly breaker: Connection["breaker"];
  readonly consecutiveFailures: number;
  readonly pausedForMs: number | null;
  /** null: not due until its owner changed something. */
  readonly dueInMs: number | null;
}

/** What a commit may take. */
export interface CommitOptions {
  /** How long the run's lease holds after the commit; absent leaves its end where it is. */
  readonly leaseMs?: number;
  /** How long a hook of the host's may take that the store calls within the commit; absent leaves it to the store. */
  readonly onCommitTimeoutMs?: number;
}

/** A commit's answer. Where it is not `committed`, nothing was written. */
export type CommitResult =
  | {
      readonly kind: "committed";
      readonly stats: CommitStats;
      /** Of a batch with reviews: the trades as they are now, in its order. */
      readonly reviewed?: readonly Trade[];
      /** Of a batch with an undo. */
      readonly undo?: UndoOutcome;
      /** What the host's hook did against its rules although everything was written: a run ends with it. */
      readonly fault?: string;
    }
  /** Another run owns the connection now. */
  | { readonly kind: "fenced" }
  /** Trades that are reviewed are not as they were seen. */
  | { readonly kind: "stale"; readonly tradeIds: readonly string[] };

export type RunEndResult = { readonly kind: "ended"; readonly job: Job } | { readonly kind: "fenced" };
