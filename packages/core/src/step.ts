import type { ErrorCode } from "./error-codes.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";

/** Every stage of a job: `begin` and `end` once, the others once a page. */
export const stepNames = ["begin", "pull", "normalize", "commit", "end"] as const;
export type StepName = (typeof stepNames)[number];

/** One recorded stage of a job. Summaries hold counts, digests and reasons: never a record, a cursor or a secret. */
export interface Step {
  /** `jobId/page/name`. */
  readonly id: string;
  /** The connection that ran. */
  readonly connectionId: string;
  /** The job that it is a stage of. */
  readonly jobId: string;
  /** From 1; 0 for `begin` and `end`. */
  readonly page: number;
  /** The stage. */
  readonly name: StepName;
  /** Its place among the job's steps, from 0. */
  readonly place: number;
  /** By the clock of the process that ran the job. */
  readonly startedAt: Instant;
  /** Whole milliseconds of the process's clock. */
  readonly durationMs: number;
  /** A summary of what went in. */
  readonly input: Json;
  /** null when it failed. */
  readonly output: Json;
  /** null when it did not fail. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
}

export interface StepFilter {
  /** Steps of this connection's jobs. @defaultValue all */
  readonly connectionId?: string;
  /** Steps of this stage. @defaultValue all */
  readonly name?: StepName;
  /** Started then or later. */
  readonly from?: Instant;
  /** Started then or earlier. */
  readonly to?: Instant;
  /** 1 to 100. @defaultValue 50 */
  readonly limit?: number;
  /** The `next` of the slice before. */
  readonly after?: string;
}

export type StepStatisticsFilter = Omit<StepFilter, "limit" | "after">;

/** How the steps of one name went. A name without any step has none. */
export interface StepStatistics {
  /** The stage. */
  readonly name: StepName;
  /** All steps of it. */
  readonly count: number;
  /** Those with an error. */
  readonly failed: number;
  /** From 0 to 1. */
  readonly successRate: number;
  /** Rounded to whole milliseconds. */
  readonly averageMs: number;
  /** The shortest duration that 95 of 100 steps did not exceed. */
  readonly p95Ms: number;
  /** The five most common, most common first. */
  readonly errorCodes: readonly { readonly code: ErrorCode; readonly count: number }[];
}

/** What a store counts for {@link StepStatistics}: whole numbers only, so that all stores answer the same. */
export type StepCounts = Omit<StepStatistics, "successRate" | "averageMs"> & { readonly totalMs: number };
