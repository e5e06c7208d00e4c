import type { Connection, Job } from "@fillbook/core";
import { type Coverage, nothingCovered, type StoredProblem } from "@fillbook/core/store";
import type { SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { instantColumn, isTrue, textOf, textOrNull } from "./sql-columns.ts";

/** The statistics of a job: their name in core and their column, which is a sum over the job's pages. */
export const jobStatNames = [
  { name: "fetched", column: "fetched" },
  { name: "inserted", column: "inserted" },
  { name: "updated", column: "updated" },
  { name: "duplicates", column: "duplicates" },
  { name: "corrected", column: "corrected" },
  { name: "canceled", column: "canceled" },
  { name: "conflicts", column: "conflicts" },
  { name: "ignored", column: "ignored" },
  { name: "rejected", column: "rejected" },
  { name: "canonicalChanges", column: "canonical_changes" },
  { name: "tradesTouched", column: "trades_touched" },
  { name: "pendingReview", column: "pending_review" },
] as const;

/** One page's statistics as parameters, in the order of {@link jobStatNames}. */
export function statsOf(stats: Readonly<Record<(typeof jobStatNames)[number]["name"], number>>): string[] {
  return jobStatNames.map(({ name }) => String(stats[name]));
}

export const connectionSelection = [
  ...[
    "id",
    "owner",
    "connector",
    "broker",
    "account_ref",
    "label",
    "settings",
    "status",
    "health",
    "schedule",
    "sync_every_ms",
    "breaker",
    "consecutive_failures",
  ].map((name) => `connections.${name}`),
  ...["created_at", "updated_at", "next_sync_at", "last_sync_at", "last_succeeded_at", "last_validated_at"].map(
    (name) => instantColumn(`connections.${name}`, name),
  ),
  instantColumn("connections.paused_until", "paused_until"),
  "open_problems.errors, open_problems.warnings, open_problems.infos",
].join(", ");

/** Where {@link connectionSelection} is read. */
export function connectionSource({ connections, problems }: PostgresTables): string {
  const countOf = (severity: string) => `count(*) filter (where severity = '${severity}')`;
  return `${connections} as connections cross join lateral (
    select ${countOf("error")} as errors, ${countOf("warning")} as warnings, ${countOf("info")} as infos
      from ${problems} as problems
     where problems.owner = connections.owner and problems.connection_id = connections.id
       and problems.resolved_at is null
  ) as open_problems`;
}

/** A row of {@link connectionSelection}. */
export function connectionOf(row: SqlRow): Connection {
  const connection = {
    id: textOf(row, "id"),
    userId: textOf(row, "owner"),
    connector: textOf(row, "connector"),
    broker: textOf(row, "broker"),
    accountRef: textOrNull(row, "account_ref"),
    label: textOrNull(row, "label"),
    settings: JSON.parse(textOf(row, "settings")),
    status: textOf(row, "status"),
    health: textOf(row, "health"),
    schedule: textOf(row, "schedule"),
    openProblems: {
      error: Number(textOf(row, "errors")),
      warning: Number(textOf(row, "warnings")),
      info: Number(textOf(row, "infos")),
    },
    createdAt: textOf(row, "created_at"),
    updatedAt: textOf(row, "updated_at"),
    syncEveryMs: Number(textOf(row, "sync_every_ms")),
    nextSyncAt: textOrNull(row, "next_sync_at"),
    lastSyncAt: textOrNull(row, "last_sync_at"),
    lastSucceededAt: textOrNull(row, "last_succeeded_at"),
    lastValidatedAt: textOrNull(row, "last_validated_at"),
    breaker: textOf(row, "breaker"),
    consecutiveFailures: Number(textOf(row, "consecutive_failures")),
    pausedUntil: textOrNull(row, "paused_until"),
  };
  // Constraints hold the alternatives, and only instants of core were written.
  return connection as unknown as Connection;
}

/** A row with the column `coverage`. */
export function coverageOf(row: SqlRow): Coverage {
  const coverage = textOrNull(row, "coverage");
  return coverage === null ? nothingCovered : JSON.parse(coverage);
}

export const jobSelection = [
  "jobs.id, jobs.owner, jobs.connection_id, mode, jobs.status, read_window, cursor_before, cursor_after, error, more, pages, unchanged_runs",
  ...jobStatNames.map(({ column }) => column),
  instantColumn("started_at"),
  instantColumn("finished_at"),
  instantColumn("undone_at"),
].join(", ");

/** A row of {@link jobSelection}, which names its table `jobs`. */
export function jobOf(row: SqlRow): Job {
  const sums = jobStatNames.map(({ name, column }) => [name, Number(textOf(row, column))]);
  const job = {
    id: textOf(row, "id"),
    userId: textOf(row, "owner"),
    connectionId: textOf(row, "connection_id"),
    mode: textOf(row, "mode"),
    status: textOf(row, "status"),
    startedAt: textOf(row, "started_at"),
    finishedAt: textOrNull(row, "finished_at"),
    window: JSON.parse(textOf(row, "read_window")),
    cursorBefore: JSON.parse(textOrNull(row, "cursor_before") ?? "null"),
    cursorAfter: JSON.parse(textOrNull(row, "cursor_after") ?? "null"),
    stats: { pages: Number(textOf(row, "pages")), ...Object.fromEntries(sums) },
    error: JSON.parse(textOrNull(row, "error") ?? "null"),
    more: isTrue(row, "more"),
    unchangedRuns: Number(textOf(row, "unchanged_runs")),
    undoneAt: textOrNull(row, "undone_at"),
  };
  // Constraints hold the alternatives, and only what core had made was written.
  return job as unknown as Job;
}

export const problemSelection = [
  "problem_key, owner, kind, severity, message, details, connection_id, job_id",
  instantColumn("opened_at"),
  instantColumn("resolved_at"),
].join(", ");

/** A row of {@link problemSelection}. */
export function problemOf(row: SqlRow): StoredProblem {
  const problem = {
    problemKey: textOf(row, "problem_key"),
    kind: textOf(row, "kind"),
    severity: textOf(row, "severity"),
    message: textOf(row, "message"),
    details: JSON.parse(textOrNull(row, "details") ?? "null"),
    id: textOf(row, "problem_key"),
    userId: textOf(row, "owner"),
    connectionId: textOrNull(row, "connection_id"),
    jobId: textOrNull(row, "job_id"),
    openedAt: textOf(row, "opened_at"),
    resolvedAt: textOrNull(row, "resolved_at"),
  };
  // Only problems that core had made were written.
  return problem as unknown as StoredProblem;
}
