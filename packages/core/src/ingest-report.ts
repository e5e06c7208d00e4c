import type { RunWindow } from "./connector-contract.ts";
import type { ErrorReport, ImportError } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Connection, Health, JobStatus, RunStats } from "./read-types.ts";

/** What became of one run. Returned, not thrown: six durable pages and an error are both true. Plain JSON. */
export interface RunReport {
  readonly jobId: string;
  readonly status: Exclude<JobStatus, "running">;
  /** The run stopped by its budget and more is waiting. */
  readonly more: boolean;
  readonly error: ErrorReport | null;
  readonly stats: RunStats;
  readonly window: RunWindow;
  readonly cursorBefore: Json;
  readonly cursorAfter: Json;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly health: Health;
}

/** `skipped`: another run of this connection is going on, and its job is named. */
export type IngestReport = { readonly status: "skipped"; readonly runningJobId: string } | RunReport;

/** What the pages of a run came to. */
export interface Outcome {
  readonly error: ImportError | null;
  /** Stopped by the budget. */
  readonly more: boolean;
  /** Everything was read, but a record was rejected or a gap is known. */
  readonly incomplete: boolean;
}

/** The status of a job: an error after durable pages is `partial`. */
export function statusOf({ error, more, incomplete }: Outcome, stats: RunStats): RunReport["status"] {
  if (error?.recovery === "reauthenticate") return "blocked_reauth";
  if (error !== null && error.code !== "ABORTED" && stats.pages === 0) return "failed";
  return error !== null || more || incomplete ? "partial" : "succeeded";
}

/**
 * What a run makes of its connection. A file says nothing about the account: neither does a wrong one block it, nor does
 * a good one mend its credentials.
 */
export function connectionAfter(
  outcome: Outcome,
  run: { readonly connection: Connection; readonly file?: unknown },
): { readonly health: Health; readonly connectionStatus: Exclude<Connection["status"], "disconnected"> } {
  const { status, health } = run.connection;
  if (run.file !== undefined && status !== "disconnected") return { health, connectionStatus: status };
  return { health: healthOf(outcome), connectionStatus: connectionStatusOf(outcome) };
}

/** How the connection does after this run. */
function healthOf({ error }: Outcome): Health {
  if (error === null || error.code === "ABORTED") return "ok";
  if (error.recovery === "reauthenticate") return "needs_reauth";
  return error.code === "MAINTENANCE" ? "maintenance_window" : "degraded";
}

/** What the connection becomes: only errors that a person must mend change it. */
function connectionStatusOf({ error }: Outcome): Exclude<Connection["status"], "disconnected"> {
  if (error?.recovery === "reauthenticate") return "needs_reauth";
  return error?.recovery === "fix-config" ? "error" : "active";
}
