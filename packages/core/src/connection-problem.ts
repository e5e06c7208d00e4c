import { type RunError, verdictOf } from "./breaker-after.ts";
import type { StateAfterRun } from "./health-after.ts";
import type { ErrorReport } from "./import-error.ts";
import type { NewProblem } from "./plan/plan-types.ts";

/** What a run makes of the problem of its connection, of which there is one at most. */
export interface ConnectionProblem {
  /** Opens, or takes the place of an open one of another kind; one of the same kind stays as it is. */
  readonly opens?: NewProblem;
  /** The key of the problem that is over. */
  readonly resolves?: string;
}

export function connectionProblemKey(connectionId: string): string {
  return `connection:${connectionId}`;
}

/**
 * Pure. A single failure is no problem yet: the next run may well succeed. What a person must mend, what the broker says of
 * itself and failures that opened the breaker are one.
 */
export function connectionProblem(
  error: ErrorReport | null,
  { connectionId, after }: { readonly connectionId: string; readonly after: StateAfterRun },
): ConnectionProblem {
  const problemKey = connectionProblemKey(connectionId);
  if (error === null) return { resolves: problemKey };
  const kind = kindOf(error, after);
  if (kind === null) return {};
  const { code, message, retryAfterMs } = error;
  const severity = severities[kind];
  return { opens: { problemKey, kind, severity, message, details: { code, retryAfterMs } } };
}

type Kind = keyof typeof severities;

const severities = {
  needs_reauth: "error",
  connection_error: "error",
  broker_failing: "warning",
  pacing: "warning",
  maintenance: "info",
} as const;

function kindOf(error: RunError, { breaker }: StateAfterRun): Kind | null {
  switch (verdictOf(error)) {
    case "reauthenticate":
      return "needs_reauth";
    case "fix-config":
      return "connection_error";
    case "wait":
      return waits[error.code] ?? null;
    case "failure":
      return breaker === "closed" ? null : "broker_failing";
    // Drift has a problem of its own, and the rest is not of the broker.
    case "drift":
    case "none":
      return null;
  }
}

/** A rate limit that is met is paced, and no news; a lockout is. */
const waits: Partial<Record<RunError["code"], Kind>> = { MAINTENANCE: "maintenance", LOCKED_OUT: "pacing" };
