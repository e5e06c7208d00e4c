import type { Instant } from "@fillbook/core";
import { type ConnectionEnd, dueAfterMs, type RunEnd, type RunEndResult } from "@fillbook/core/store";
import { writeAudit } from "./postgres-audit.ts";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { jobOf, jobSelection } from "./run-columns.ts";
import { booleanText, instantColumn, isTrue, textOf, textOrNull } from "./sql-columns.ts";
import { timeAfter } from "./time-after.ts";
import { settleProblem } from "./write-problems.ts";

/** Closes the job that holds the lease, and writes what the run makes of its connection. */
export async function endRun(
  sql: Sql,
  tables: PostgresTables,
  { end, repeated }: { end: RunEnd; repeated: boolean },
): Promise<RunEndResult> {
  const { owner, connectionId, jobId, token } = end;
  const [lease] = await sql.query(
    `select job_id, follow_up, ${instantColumn("now()", "at")} from ${tables.leases}
      where connection_id = $1 and owner = $2 and token = $3::bigint for update`,
    [connectionId, owner, String(token)],
  );
  if (lease === undefined) return { kind: "fenced" };
  // Only this statement's text could be no instant.
  const at = textOf(lease, "at") as Instant;
  const holder = textOrNull(lease, "job_id");
  if (holder === jobId) {
    await closeJob(sql, tables, end);
    const followUp = isTrue(lease, "follow_up");
    if (end.connection !== null) await writeConnection(sql, tables, { end, after: end.connection, followUp });
    if (end.problem !== undefined)
      await settleProblem(sql, tables, { problem: end.problem, owner, connectionId, jobId, at });
    await writeAudit(sql, tables, end);
  } else if (holder !== null || !repeated) return { kind: "fenced" };
  const [job] = await sql.query(`select ${jobSelection} from ${tables.jobs} as jobs where owner = $1 and id = $2`, [
    owner,
    jobId,
  ]);
  return job === undefined ? { kind: "fenced" } : { kind: "ended", job: jobOf(job) };
}

// The job of a run without change takes the place of the one that stood for such runs before, and goes on with its count.
async function closeJob(sql: Sql, tables: PostgresTables, end: RunEnd): Promise<void> {
  const { owner, connectionId, jobId, status, more, error, unchanged } = end;
  await sql.query(
    `with dropped as (
       delete from ${tables.jobs} as jobs using ${tables.leases} as leases
        where $7::boolean and leases.connection_id = $6 and jobs.owner = $1 and jobs.id = leases.unchanged_job_id
       returning jobs.unchanged_runs
     ), ended as (
       update ${tables.jobs}
          set status = $3, more = $4::boolean, error = $5::text::json, finished_at = now(),
              unchanged_runs = case when $7::boolean then 1 + coalesce((select unchanged_runs from dropped), 0) else 0 end
        where owner = $1 and id = $2
     )
     update ${tables.leases}
        set job_id = null, expires_at = null, follow_up = false,
            unchanged_job_id = case when $7::boolean then $2 else unchanged_job_id end
      where connection_id = $6`,
    [owner, jobId, status, booleanText(more), JSON.stringify(error), connectionId, booleanText(unchanged)],
  );
}

async function writeConnection(
  sql: Sql,
  tables: PostgresTables,
  { end, after, followUp }: { end: RunEnd; after: ConnectionEnd; followUp: boolean },
): Promise<void> {
  const { owner, connectionId } = end;
  const { status, health, breaker, consecutiveFailures, pausedForMs } = after;
  await sql.query(
    `with synced as (
       update ${tables.connections}
          set status = $3, health = $4, breaker = $5, consecutive_failures = $6::bigint,
              paused_until = ${timeAfter("now()", "$7")},
              next_sync_at = ${timeAfter("now()", "$8")},
              last_sync_at = now(), updated_at = now(),
              last_succeeded_at = case when $9::boolean then now() else last_succeeded_at end,
              last_validated_at = case when $10::boolean then now() else last_validated_at end
        where id = $1 and owner = $2 and status <> 'disconnected'
        returning id, next_sync_at
     )
     update ${tables.leases} as leases
        set due_at = synced.next_sync_at from synced where leases.connection_id = synced.id`,
    [
      ...[connectionId, owner, status, health, breaker, String(consecutiveFailures)],
      ...[textOfMs(pausedForMs), textOfMs(dueAfterMs(after, { followUp }))],
      ...[booleanText(end.status === "succeeded"), booleanText(after.validated)],
    ],
  );
}

function textOfMs(ms: number | null): string | null {
  return ms === null ? null : String(ms);
}
