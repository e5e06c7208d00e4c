import { type AuditEvent, auditEvent, FILLBOOK } from "./audit-event.ts";
import { connectionProblem } from "./connection-problem.ts";
import { isProven } from "./connection-status.ts";
import type { RunWindow } from "./connector-contract.ts";
import { healthAfter } from "./health-after.ts";
import type { ErrorReport, ImportError } from "./import-error.ts";
import { type Instant, instantFromUnixMs, unixMsOf } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Connection, Health, JobStatus, RunStats } from "./read-types.ts";
import type { Run } from "./run.ts";
import type { RunEnd } from "./run-contract.ts";

/** What became of one run. Returned, not thrown: six durable pages and an error are both true. Plain JSON. */
export interface RunReport {
  /** The job that the run opened, for `job`, `lineage` and `undoImport`. */
  readonly jobId: string;
  /**
   * `partial`: pages are stored and something is left or wrong; `failed`: nothing is; `blocked_reauth`: new credentials
   * are wanted.
   */
  readonly status: Exclude<JobStatus, "running">;
  /** The run stopped by its budget and more of what was asked for is waiting: a host may run again until it is false. */
  readonly more: boolean;
  /** Why the run ended early; null where it did not. */
  readonly error: ErrorReport | null;
  /** What became of the records, summed up over the pages. */
  readonly stats: RunStats;
  /** The span that was asked for; `{}` without one. */
  readonly window: RunWindow;
  /** The connector's own words for how far it had read; null before the first page. */
  readonly cursorBefore: Json;
  /** The same after the last page that is stored. */
  readonly cursorAfter: Json;
  /** By the store's time. */
  readonly startedAt: Instant;
  /** By the store's time. */
  readonly finishedAt: Instant;
  /** Of the connection, after this run. */
  readonly health: Health;
}

/** Another run of the connection is going on, and its job is named. */
export interface SkippedReport {
  readonly status: "skipped";
  /** The job that has the connection's lease. */
  readonly runningJobId: string;
  /** There when one more run was queued behind it, as `syncNow` does with `after`. */
  readonly followUp?: true;
}

export type IngestReport = SkippedReport | RunReport;

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
 * What a run makes of its connection. Nothing for a file, which says nothing about the account: neither does a wrong one
 * block it, nor does a good one mend its credentials; and nothing for a connection that takes files only.
 */
export function connectionAfter(
  { error, more }: { readonly error: ErrorReport | null; readonly more: boolean },
  run: EndedRun,
): Pick<RunEnd, "connection" | "problem" | "audit"> {
  const { connection, connectionId, jobId } = run;
  if (run.file !== undefined || connection.schedule === "files") return { connection: null };
  const { syncEveryMs, lastSyncAt } = connection;
  const now = storeNow(run);
  const isFirst = lastSyncAt === null;
  // A budget that ended before the first page tells nothing of the broker, as an abort does.
  const isUntold = error === null && more && run.tally.stats.pages === 0;
  const told = isUntold ? endedEarly : error;
  const found = healthAfter(connection, told, { now, connectionId, jobId, syncEveryMs, isFirst });
  // Pages that a host gives prove no credentials.
  const after = told === null && !isProven(connection) ? { ...found, status: "pending" as const } : found;
  const { nextSyncAt, pausedUntil, ...state } = after;
  return {
    connection: {
      ...state,
      validated: isValidated(told, run),
      pausedForMs: msUntil(pausedUntil, now),
      dueInMs: msUntil(nextSyncAt, now),
    },
    ...(told === null && isWell(connection) ? {} : { problem: connectionProblem(told, { connectionId, after }) }),
    ...(after.status === connection.status ? {} : { audit: statusEvent(run, { to: after.status, at: now, error }) }),
  };
}

/** The broker answered with what only good credentials are answered. */
function isValidated(error: ErrorReport | null, { connection, pages, tally }: EndedRun): boolean {
  if (pages !== undefined || !isProven(connection)) return false;
  return error === null || (tally.stats.pages > 0 && error.recovery !== "reauthenticate");
}

const endedEarly: ErrorReport = {
  ...{ code: "ABORTED", recovery: "retry", message: "", retryAfterMs: null, connectionId: null },
};

// Nothing was wrong that could be over.
function isWell({ status, health, breaker }: Connection): boolean {
  return status === "active" && health === "ok" && breaker === "closed";
}

function statusEvent(
  { connection, connectionId, jobId }: EndedRun,
  { to, at, error }: { readonly to: string; readonly at: Instant; readonly error: ErrorReport | null },
): AuditEvent {
  const details = { from: connection.status, to, jobId, code: error?.code ?? null };
  return auditEvent({ at, by: FILLBOOK, action: "connection.status", connectionId, details });
}

/** A scheduled run that told nothing new. */
export function isUnchanged(status: RunReport["status"], { mode, tally, file }: EndedRun): boolean {
  if (mode !== "scheduled" || status !== "succeeded" || file !== undefined) return false;
  const { pages: _pages, fetched: _fetched, duplicates: _duplicates, ignored: _ignored, ...changes } = tally.stats;
  return Object.values(changes).every((count) => count === 0);
}

type EndedRun = Pick<
  Run,
  "connection" | "connectionId" | "jobId" | "mode" | "pages" | "file" | "tally" | "clock" | "startedAt"
>;

// The store's clock gave the start; this process's clock only measures what has passed since.
function storeNow({ startedAt, clock }: EndedRun): Instant {
  return instantFromUnixMs(unixMsOf(startedAt) + Math.max(0, Math.floor(clock.now() - clock.beganAtMs)));
}

function msUntil(at: Instant | null, now: Instant): number | null {
  return at === null ? null : unixMsOf(at) - unixMsOf(now);
}
