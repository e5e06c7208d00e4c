import { ImportError, type Instant } from "@fillbook/core";
import type { IngestStore, RunEnd, RunEndResult, RunStart } from "@fillbook/core/store";
import { commitBatch } from "./postgres-commit.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { connectionOf, connectionSelection, jobOf, jobSelection } from "./run-columns.ts";
import { instantColumn, isTrue, textOf, textOrNull } from "./sql-columns.ts";

type Runs = Pick<IngestStore, "beginRun" | "renewLease" | "commit" | "claimDue" | "endRun">;

/** Leases, jobs and commits. All times are the database's: workers' clocks may differ by minutes. */
export function postgresRuns(context: PostgresContext): Runs {
  const { driver, tables, clock } = context;
  return {
    async beginRun(request) {
      // Chosen before the first attempt: a later one can tell that an earlier one took effect.
      const jobId = crypto.randomUUID();
      return retrying(clock, () => driver.transaction((sql) => beginRun(sql, tables, { ...request, jobId })));
    },
    async renewLease({ connectionId, token, leaseMs }) {
      const rows = await retrying(clock, () =>
        driver.query(
          `update ${tables.leases} set expires_at = clock_timestamp() + $3::bigint * interval '1 millisecond'
            where connection_id = $1 and token = $2::bigint and job_id is not null returning token`,
          [connectionId, String(token), String(leaseMs)],
        ),
      );
      return rows.length > 0;
    },
    async commit(batch, { leaseMs } = {}) {
      return commitBatch(context, batch, { leaseMs: leaseMs ?? null });
    },
    async claimDue({ limit, leaseMs }) {
      const rows = await retrying(clock, () => driver.query(claimStatement(tables), [String(limit), String(leaseMs)]));
      return rows.map((row) => textOf(row, "connection_id"));
    },
    async endRun(end) {
      return retrying(clock, (attempt) =>
        driver.transaction((sql) => endRun(sql, tables, { end, repeated: attempt > 1 })),
      );
    },
  };
}

type Begin = Parameters<IngestStore["beginRun"]>[0] & { readonly jobId: string };

async function beginRun(sql: Sql, tables: PostgresTables, begin: Begin): Promise<RunStart> {
  // The clock is read when the lock is held, however long that took.
  const [lease] = await sql.query(
    `with locked as (
       select ${connectionSelection}, leases.token, leases.job_id, leases.cursor, leases.expires_at
         from ${tables.leases} as leases
         join ${tables.connections} as connections on connections.id = leases.connection_id
        where leases.connection_id = $1 for update of leases, connections
     )
     select locked.*, coalesce(expires_at > clock_timestamp(), false) as held,
            ${instantColumn("clock_timestamp()", "at")}
       from locked`,
    [begin.connectionId],
  );
  if (lease === undefined) return { kind: "missing" };
  const connection = connectionOf(lease);
  if (connection.status === "disconnected") return { kind: "disconnected" };
  const runningJobId = textOrNull(lease, "job_id");
  // The database's text of a time is an instant.
  const startedAt = textOf(lease, "at") as Instant;
  const cursor = JSON.parse(textOrNull(lease, "cursor") ?? "null");
  const token = Number(textOf(lease, "token"));
  const { jobId } = begin;
  if (runningJobId === jobId) return { kind: "started", jobId, token, connection, cursor, startedAt };
  if (runningJobId !== null && isTrue(lease, "held")) return { kind: "busy", runningJobId };
  if (runningJobId !== null) await closeAbandoned(sql, tables, { lease, jobId: runningJobId, at: startedAt });
  await openJob(sql, tables, { begin, owner: connection.userId, cursor: textOrNull(lease, "cursor"), startedAt });
  return { kind: "started", jobId, token: token + 1, connection, cursor, startedAt };
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
          set token = token + 1, job_id = $2,
              expires_at = clock_timestamp() + $3::bigint * interval '1 millisecond'
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
  const error = new ImportError("LEASE_LOST", "the run was abandoned: its process ended or slept past its lease");
  const { code, recovery, message, retryAfterMs } = error;
  const report = { code, recovery, message, retryAfterMs, connectionId: textOf(lease, "id") };
  await sql.query(
    `update ${tables.jobs} set status = 'failed', finished_at = $3::timestamptz, error = $4::text::json
      where owner = $1 and id = $2 and status = 'running'`,
    [textOf(lease, "owner"), jobId, at, JSON.stringify(report)],
  );
}

async function endRun(
  sql: Sql,
  tables: PostgresTables,
  { end, repeated }: { end: RunEnd; repeated: boolean },
): Promise<RunEndResult> {
  const { owner, connectionId, jobId, token } = end;
  const [lease] = await sql.query(
    `select job_id from ${tables.leases}
      where connection_id = $1 and owner = $2 and token = $3::bigint for update`,
    [connectionId, owner, String(token)],
  );
  if (lease === undefined) return { kind: "fenced" };
  const holder = textOrNull(lease, "job_id");
  if (holder === jobId) await closeJob(sql, tables, end);
  else if (holder !== null || !repeated) return { kind: "fenced" };
  const [job] = await sql.query(`select ${jobSelection} from ${tables.jobs} as jobs where owner = $1 and id = $2`, [
    owner,
    jobId,
  ]);
  return job === undefined ? { kind: "fenced" } : { kind: "ended", job: jobOf(job) };
}

async function closeJob(sql: Sql, tables: PostgresTables, end: RunEnd): Promise<void> {
  const { owner, connectionId, jobId, status, more, error, health, connectionStatus } = end;
  await sql.query(
    `with ended as (
       update ${tables.jobs}
          set status = $3, more = $4::boolean, error = $5::text::json, finished_at = now()
        where owner = $1 and id = $2
     ), synced as (
       update ${tables.connections}
          set status = $7, health = $8, last_sync_at = now(), updated_at = now(),
              next_sync_at = now() + sync_every_ms * interval '1 millisecond',
              last_succeeded_at = case when $3 = 'succeeded' then now() else last_succeeded_at end
        where id = $6 and owner = $1 and status <> 'disconnected'
        returning id, status, next_sync_at
     )
     update ${tables.leases} as leases
        set job_id = null, expires_at = null,
            due_at = (select next_sync_at from synced where status = 'active')
      where leases.connection_id = $6`,
    [owner, jobId, status, more ? "t" : "f", JSON.stringify(error), connectionId, connectionStatus, health],
  );
}

// due_at is schedule and claim in one column: what a dying worker claimed is due again by itself.
function claimStatement(tables: PostgresTables): string {
  return `
    with due as (
      select connection_id, due_at from ${tables.leases}
       where due_at <= clock_timestamp() and (expires_at is null or expires_at <= clock_timestamp())
       order by due_at limit $1::bigint for update skip locked
    ), claimed as (
      update ${tables.leases} as leases
         set due_at = clock_timestamp() + $2::bigint * interval '1 millisecond'
        from due where leases.connection_id = due.connection_id
      returning leases.connection_id, due.due_at
    )
    select connection_id from claimed order by due_at`;
}
