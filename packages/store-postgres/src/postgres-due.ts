import { abandonedRun } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { textOf } from "./sql-columns.ts";
import { timeAfter } from "./time-after.ts";

/** Of a larger backlog only the longest due are looked at for whose turn it is. */
const CANDIDATES_MAX = 20_000;

/** Claims due connections; each owner's longest due before anyone's second. */
export async function claimDue(
  sql: Sql,
  tables: PostgresTables,
  { limit, leaseMs }: { readonly limit: number; readonly leaseMs: number },
): Promise<readonly string[]> {
  const rows = await sql.query(claimStatement(tables), [String(limit), String(leaseMs), String(CANDIDATES_MAX)]);
  return rows.map((row) => textOf(row, "connection_id"));
}

/** Where nothing is ever due no run comes by to close what a dead process left. */
export async function closeLost(sql: Sql, tables: PostgresTables): Promise<void> {
  const { code, recovery, message } = abandonedRun(null);
  await sql.query(
    `with lost as materialized (
       select connection_id, owner, job_id from ${tables.leases}
        where job_id is not null and due_at is null and expires_at <= now() for update skip locked
     ), closed as (
       update ${tables.jobs} as jobs set status = 'failed', finished_at = now(), error = json_build_object(
                'code', $1::text, 'recovery', $2::text, 'message', $3::text,
                'retryAfterMs', null, 'connectionId', lost.connection_id)
         from lost where jobs.owner = lost.owner and jobs.id = lost.job_id and jobs.status = 'running'
     )
     update ${tables.leases} as leases set token = token + 1, job_id = null, expires_at = null, follow_up = false
       from lost where leases.connection_id = lost.connection_id`,
    [code, recovery, message],
  );
}

// due_at is schedule and claim in one column: what a dying worker claimed is due again by itself. Rows are locked one by one
// in the order of turns until there are enough; those that another worker holds are passed over. A row is looked at again
// once it is locked, for another worker may have claimed it a moment before.
function claimStatement(tables: PostgresTables): string {
  const isDue = "due_at <= now() and (expires_at is null or expires_at <= now())";
  return `
    with candidates as materialized (
      select connection_id, owner, due_at from ${tables.leases} where ${isDue} order by due_at limit $3::bigint
    ), turns as materialized (
      select connection_id, due_at,
             row_number() over (partition by owner order by due_at, connection_id) as turn
        from candidates order by turn, due_at
    ), due as materialized (
      select lease.connection_id, turns.turn, turns.due_at
        from turns cross join lateral (
          select connection_id from ${tables.leases} as leases
           where leases.connection_id = turns.connection_id and ${isDue} for update skip locked
        ) as lease
       limit $1::bigint
    ), claimed as (
      update ${tables.leases} as leases
         set due_at = ${timeAfter("clock_timestamp()", "$2")}
        from due where leases.connection_id = due.connection_id
      returning leases.connection_id, due.turn, due.due_at
    )
    select connection_id from claimed order by turn, due_at`;
}

/** Marks the running job's connection as due once more. It is due already, so that it comes also when the process dies. */
export async function queueFollowUp(
  sql: Sql,
  tables: PostgresTables,
  { owner, connectionId, jobId }: { readonly owner: string; readonly connectionId: string; readonly jobId: string },
): Promise<boolean> {
  const rows = await sql.query(
    `update ${tables.leases}
        set follow_up = true, due_at = case when due_at is null then null else least(due_at, clock_timestamp()) end
      where connection_id = $1 and owner = $2 and job_id = $3 returning token`,
    [connectionId, owner, jobId],
  );
  return rows.length > 0;
}
