import type { Instant } from "./instant.ts";
import type { NewProblem } from "./plan/plan-types.ts";
import type { ProblemAction } from "./problem-action.ts";
import type { SliceRequest } from "./read-types.ts";

/** A problem as it is stored. */
export type StoredProblem = NewProblem & {
  /** For `resolveProblem`. */
  readonly id: string;
  /** Whose problem it is. */
  readonly userId: string;
  /** The connection that it came through; null for what a decision brought about. */
  readonly connectionId: string | null;
  /** The job that found it last; null for none. */
  readonly jobId: string | null;
  /** When it was first found since it was last resolved. */
  readonly openedAt: Instant;
  /** When it was settled or put away; null while it is open. */
  readonly resolvedAt: Instant | null;
};

/** Something a person must know, with what can be done about it. */
export type Problem = StoredProblem & { readonly action: ProblemAction };

/** How many open problems there are of one kind and severity. */
export interface ProblemCount {
  /** As in the list of problems. */
  readonly kind: Problem["kind"];
  /** `error`: something does not work or counts wrong; `warning`: something may be missing; `info`: to be known. */
  readonly severity: Problem["severity"];
  /** Above zero. */
  readonly count: number;
}

export interface ProblemFilter extends SliceRequest {
  /** The connection that it came through. */
  readonly connectionId?: string;
  /** Of the connection that it came through. */
  readonly broker?: string;
  /** The job that found it. */
  readonly jobId?: string;
  /** Only this kind. @defaultValue all */
  readonly kind?: NewProblem["kind"];
  /** Only this severity. @defaultValue all */
  readonly severity?: NewProblem["severity"];
  /** @defaultValue "open" */
  readonly state?: "open" | "resolved" | "all";
}
