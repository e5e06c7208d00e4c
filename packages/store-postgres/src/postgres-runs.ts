import type { Instant } from "@fillbook/core";
import { abandonedRun, type BookStore, type IngestStore, type RunStart } from "@fillbook/core/store";
import { commitBatch } from "./postgres-commit.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import { claimDue, closeLost, queueFollowUp } from "./postgres-due.ts";
import { endRun } from "./postgres-end-run.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { connectionOf, connectionSelection, connectionSource, coverageOf } from "./run-columns.ts";
import { instantColumn, isTrue, textOf, textOrNull } from "./sql-columns.ts";
import { timeAfter } from "./time-after.ts";

type Runs = Pick<BookStore, "now" | "beginRun" | "renewLease" | "commit" | "claimDue" | "endRun" | "queueFollowUp">;

/** Leases, jobs and commits. All times are the database's: workers' clocks may differ by minutes. */
export function postgresRuns(context: PostgresContext): Runs {
  const { driver, tables, clock } = context;
  return {
    async now() {
      const text = `select ${instantColumn("clock_timestamp()", "now")}`;
      const [row] = await retrying(clock, () => driver.query(text));
      return textOf(row ?? {}, "now") as Instant;
    },
    async beginRun(request) {
      // Chosen before the first attempt: a later one can tell that an earlier one took effect.
      const jobId = crypto.randomUUID();
      return retrying(clock, () => driver.transaction((sql) => beginRun(sql, tables, { ...request, jobId })));
    },
    async renewLease({ connectionId, token, leaseMs }) {
      const rows = await retrying(clock, () =>
        driver.query(
          `update ${tables.leases} set expires_at = ${timeAfter("clock_timestamp()", "$3")}
            where connection_id = $1 and token = $2::bigint and job_id is not null returning token`,
          [connectionId, String(token), String(leaseMs)],
        ),
      );
      return rows.length > 0;
    },
    async commit(batch, { leaseMs = null, ...options } = {}) {
      return commitBatch(context, batch, { leaseMs, ...options });
    },
    async claimDue({ limit, leaseMs }) {
      return retrying(clock, async () => {
        await closeLost(driver, tables);
        return claimDue(driver, tables, { limit, leaseMs });
      });
    },
    async endRun(end) {
      return retrying(clock, (attempt) =>
        driver.transaction((sql) => endRun(sql, tables, { end, repeated: attempt > 1 })),
      );
    },
    async queueFollowUp(owner, request) {
      return retrying(clock, () => queueFollowUp(driver, tables, { owner, ...request }));
    },
  };
}

type Begin = Parameters<IngestStore["beginRun"]>[0] & { readonly jobId: string };

async function beginRun(sql: Sql, tables: PostgresTables, begin: Begin): Promise<RunStart> {
  // The clock is read when the lock is held, however long that took.
  const [lease] = await sql.query(
    `with locked as (
       select ${connectionSelection}, leases.token, leases.job_id, leases.cursor, leases.coverage, leases.expires_at,
              connections.paused_until as pause_end
         from ${tables.leases} as leases join ${connectionSource(tables)} on connections.id = leases.connection_id
        where leases.connection_id = $1 for update of leases, connections
     )
     select locked.*, coalesce(expires_at > clock_timestamp(), false) as held,
            not status in ('active', 'pending') or coalesce(pause_end > clock_timestamp(), false) as paused,
            ${instantColumn("clock_timestamp()", "at")}
       from locked`,
    [begin.connectionId],
  );
  if (lease === undefined) return { kind: "missing" };
  const connection = connectionOf(lease);
  if (connection.status === "disconnected") return { kind: "disconnected" };
  if (begin.onSchedule === true && isTrue(lease, "paused")) return { kind: "paused" };
  const runningJobId = textOrNull(lease, "job_id");
  // The database's text of a time is an instant.
  const startedAt = textOf(lease, "at") as Instant;
  const cursor = JSON.parse(textOrNull(lease, "cursor") ?? "null");
  const coverage = coverageOf(lease);
  const token = Number(textOf(lease, "token"));
  const { jobId } = begin;
  if (runningJobId === jobId) return { kind: "started", jobId, token, connection, cursor, coverage, startedAt };
  if (runningJobId !== null && isTrue(lease, "held")) return { kind: "busy", runningJobId };
  if (runningJobId !== null) await closeAbandoned(sql, tables, { lease, jobId: runningJobId, at: startedAt });
  await openJob(sql, tables, { begin, owner: connection.userId, cursor: textOrNull(lease, "cursor"), startedAt });
  return { kind: "started", jobId, token: token + 1, connection, cursor, coverage, startedAt };
}

async function openJob(
  sql: Sql,
  tables: PostgresTables,
  job: { begin: Begin; owner: string; cursor: string | null; startedAt: Instant },
): Promise<void> {
  const { connectionId, jobId, mode, window, leaseMs } = job.begin;
  await sql.query(
    `with held as (
       update ${tables.leases}
          set token = token + 1, job_id = $2, follow_up = false,
              expires_at = ${timeAfter("clock_timestamp()", "$3")}
        where connection_id = $1
     )
     insert into ${tables.jobs}
       (owner, id, connection_id, mode, status, started_at, read_window, cursor_before, cursor_after)
     values ($4, $2, $1, $5, 'running', $6::timestamptz, $7::text::json, $8::text::json, $8::text::json)`,
    [
      ...[connectionId, jobId, String(leaseMs), job.owner, mode, job.startedAt, JSON.stringify(window)],
      job.cursor ?? "null",
    ],
  );
}

async function closeAbandoned(
  sql: Sql,
  tables: PostgresTables,
  { lease, jobId, at }: { lease: SqlRow; jobId: string; at: Instant },
): Promise<void> {
  const report = abandonedRun(textOf(lease, "id"));
  await sql.query(
    `update ${tables.jobs} set status = 'failed', finished_at = $3::timestamptz, error = $4::text::json
      where owner = $1 and id = $2 and status = 'running'`,
    [textOf(lease, "owner"), jobId, at, JSON.stringify(report)],
  );
}
