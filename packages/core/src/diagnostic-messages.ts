import type { RunMode } from "./connector-contract.ts";
import type { ErrorCode } from "./error-codes.ts";
import type { JobStatus, RunStats } from "./read-types.ts";
import type { CommitResult } from "./run-contract.ts";

/**
 * What `withDiagnostics` publishes, by channel. Ids, counts, codes and durations only: never a record, an amount, a message of
 * an error or a credential. Plain channels and no tracing ones, since those hand on results and errors as they are.
 */
export interface DiagnosticMessages {
  /** A run of a connection: it begins, ends, or finds another one going on. */
  readonly "fillbook:run": RunMessage;
  /** The connector yielded a page. */
  readonly "fillbook:page": PageMessage;
  /** The store was asked to commit a page, or what a person decided. */
  readonly "fillbook:commit": CommitMessage;
  /** The connector begins to wait, by its own limits or because the broker asked for time. */
  readonly "fillbook:wait": WaitMessage;
  /** A scheduler asked which connections are due. */
  readonly "fillbook:claim": ClaimMessage;
}

/** On `fillbook:run`. */
export type RunMessage =
  | {
      readonly kind: "started";
      /** The connection that runs. */
      readonly connectionId: string;
      /** The id of its connector. */
      readonly connector: string;
      /** The job that the run opened. */
      readonly jobId: string;
      /** Why it runs. */
      readonly mode: RunMode;
      /** How long it was due before it began; null for a run that is not on schedule. */
      readonly lagMs: number | null;
    }
  | {
      readonly kind: "finished";
      /** The connection that ran. */
      readonly connectionId: string;
      /** The id of its connector; null where the run's beginning was not seen. */
      readonly connector: string | null;
      /** The job that the run opened. */
      readonly jobId: string;
      /** As in its report. */
      readonly status: Exclude<JobStatus, "running">;
      /** Why it ended early; null where it did not. */
      readonly code: ErrorCode | null;
      /** What became of its records. */
      readonly stats: RunStats;
      /** By the book's clock; null where the run's beginning was not seen. */
      readonly durationMs: number | null;
    }
  | {
      readonly kind: "skipped";
      /** The connection that was to run. */
      readonly connectionId: string;
      /** The job that has its lease. */
      readonly runningJobId: string;
    };

/** On `fillbook:page`. */
export interface PageMessage {
  /** The connection that runs. */
  readonly connectionId: string;
  /** Its job; null where the run's beginning was not seen. */
  readonly jobId: string | null;
  /** Its number within the run, from 1; null where the run's beginning was not seen. */
  readonly page: number | null;
  /** How many records it has. */
  readonly records: number;
  /** From the moment it was asked for, waits included. */
  readonly durationMs: number;
}

/** On `fillbook:commit`. */
export interface CommitMessage {
  /** null for what a person decided. */
  readonly connectionId: string | null;
  /** null for what a person decided. */
  readonly jobId: string | null;
  /** The page's number within the run; null for what a person decided. */
  readonly page: number | null;
  /** Reports in the batch, new or not. */
  readonly reports: number;
  /** Cancels in the batch. */
  readonly cancels: number;
  /** Records that could not be read. */
  readonly rejects: number;
  /** `failed`: the store threw. */
  readonly outcome: CommitResult["kind"] | "failed";
  /** By the book's clock. */
  readonly durationMs: number;
}

/** On `fillbook:wait`. */
export interface WaitMessage {
  /** The connection that runs. */
  readonly connectionId: string;
  /** Its job; null where the run's beginning was not seen. */
  readonly jobId: string | null;
  /** How long the wait is to be; an abort or a budget may end it before. */
  readonly ms: number;
}

/** On `fillbook:claim`. */
export interface ClaimMessage {
  /** How many were asked for. */
  readonly limit: number;
  /** How many are due and this process's now. */
  readonly claimed: number;
}
