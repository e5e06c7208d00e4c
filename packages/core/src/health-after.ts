import { type Breaker, breakerAfter, type RunError, verdictOf } from "./breaker-after.ts";
import { isRunnable } from "./connection-status.ts";
import type { Instant } from "./instant.ts";
import type { Connection, Health } from "./read-types.ts";
import { type ScheduleRequest, scheduleNext } from "./schedule-next.ts";

/** What runs change about a connection. */
export type ConnectionState = Pick<Connection, "status" | "health"> & Breaker;

export type StateAfterRun = Breaker & {
  readonly status: Exclude<Connection["status"], "disconnected">;
  readonly health: Health;
  /** null: no run is due until its owner changed something. */
  readonly nextSyncAt: Instant | null;
};

/**
 * What a run makes of its connection: the one transition of status, health, breaker and schedule. Pure; time comes in as
 * `now`, and jitter is drawn from the ids.
 *
 * Only what the broker did counts for or against it: a failing store, a lost lease and an abort leave the connection as it
 * was.
 */
export function healthAfter(
  before: ConnectionState,
  error: RunError | null,
  at: Omit<ScheduleRequest, "notBefore">,
): StateAfterRun {
  const status = statusAfter(before, error);
  const breaker = breakerAfter(before, error, at);
  return {
    status,
    health: healthOf(before, error),
    ...breaker,
    nextSyncAt: isRunnable(status) ? scheduleNext({ ...at, notBefore: breaker.pausedUntil }) : null,
  };
}

// Only a success, or an error that a person must mend, changes it.
function statusAfter({ status }: ConnectionState, error: RunError | null): StateAfterRun["status"] {
  const known = status === "disconnected" ? "active" : status;
  if (error === null) return "active";
  const verdict = verdictOf(error);
  if (verdict === "reauthenticate") return "needs_reauth";
  return verdict === "fix-config" ? "error" : known;
}

function healthOf({ health }: ConnectionState, error: RunError | null): Health {
  if (error === null) return "ok";
  const verdict = verdictOf(error);
  if (verdict === "none") return health;
  if (verdict === "reauthenticate") return "needs_reauth";
  return error.code === "MAINTENANCE" ? "maintenance_window" : "degraded";
}
