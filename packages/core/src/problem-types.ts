import type { Instant } from "./instant.ts";
import type { NewProblem } from "./plan/plan-types.ts";
import type { ProblemAction } from "./problem-action.ts";
import type { SliceRequest } from "./read-types.ts";

/** A problem as it is stored. */
export type StoredProblem = NewProblem & {
  readonly id: string;
  readonly userId: string;
  readonly connectionId: string | null;
  readonly jobId: string | null;
  readonly openedAt: Instant;
  readonly resolvedAt: Instant | null;
};

/** Something a person must know, with what can be done about it. */
export type Problem = StoredProblem & { readonly action: ProblemAction };

/** How many open problems there are of one kind and severity. */
export interface ProblemCount {
  readonly kind: Problem["kind"];
  readonly severity: Problem["severity"];
  readonly count: number;
}

export interface ProblemFilter extends SliceRequest {
  readonly connectionId?: string;
  /** Of the connection that it came through. */
  readonly broker?: string;
  /** The job that found it. */
  readonly jobId?: string;
  readonly kind?: NewProblem["kind"];
  readonly severity?: NewProblem["severity"];
  /** @defaultValue "open" */
  readonly state?: "open" | "resolved" | "all";
}
