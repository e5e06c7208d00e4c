import type { Connection } from "@fillbook/core";
import type { ConnectionChange } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import { writeAudit } from "./postgres-audit.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { connectionOf, connectionSelection } from "./run-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { textOrNull } from "./sql-columns.ts";
import { settleProblem } from "./write-problems.ts";

/** Changes a connection while its status allows it. Locks as a run does: the lease first, so that neither waits in a ring. */
export async function changeConnection(
  sql: Sql,
  tables: PostgresTables,
  change: ConnectionChange,
): Promise<Connection | null> {
  const { owner, connectionId, from, at, set, sealed, fencedBy, resolves } = change;
  if (holdsNul(connectionId)) return null;
  const [lease] = await sql.query(
    `select leases.job_id from ${tables.leases} as leases
       join ${tables.connections} as connections on connections.id = leases.connection_id
      where leases.connection_id = $1 and leases.owner = $2 and connections.status = any ($3::text[])
        for update of leases, connections`,
    [connectionId, owner, sqlArray(from)],
  );
  if (lease === undefined) return null;
  if (fencedBy !== undefined) await fenceRun(sql, tables, { lease, change });
  const changed = await updateConnection(sql, tables, change);
  if (set.status !== undefined || set.nextSyncAt !== undefined) await updateDue(sql, tables, connectionId);
  if (sealed === null)
    await sql.query(`delete from ${tables.sealed} where owner = $1 and connection_id = $2`, [owner, connectionId]);
  else if (sealed !== undefined)
    await sql.query(
      `insert into ${tables.sealed} (connection_id, owner, sealed) values ($1, $2, $3::text::json)
         on conflict (connection_id) do update set sealed = excluded.sealed`,
      [connectionId, owner, JSON.stringify(sealed)],
    );
  if (resolves !== undefined)
    await settleProblem(sql, tables, { problem: { resolves }, owner, connectionId, jobId: null, at });
  await writeAudit(sql, tables, change);
  return changed;
}

/** The token moves on: what the old run still sends is refused. */
async function fenceRun(
  sql: Sql,
  tables: PostgresTables,
  { lease, change }: { lease: SqlRow; change: ConnectionChange },
): Promise<void> {
  const jobId = textOrNull(lease, "job_id");
  if (jobId === null) return;
  const { owner, connectionId, at, fencedBy } = change;
  await sql.query(
    `with closed as (
       update ${tables.jobs} set status = 'failed', finished_at = $3::timestamptz, error = $4::text::json
        where owner = $1 and id = $2 and status = 'running'
     )
     update ${tables.leases} set token = token + 1, job_id = null, expires_at = null, follow_up = false
      where connection_id = $5`,
    [owner, jobId, at, JSON.stringify(fencedBy), connectionId],
  );
}

async function updateConnection(
  sql: Sql,
  tables: PostgresTables,
  { owner, connectionId, at, set }: ConnectionChange,
): Promise<Connection | null> {
  const parameters: (string | null)[] = [owner, connectionId, at];
  const assignments = ["updated_at = $3::timestamptz"];
  for (const { name, column, type } of changeable) {
    const value = set[name];
    if (value === undefined) continue;
    // Settings are a document, the others texts, numbers or null.
    const text = name === "settings" ? JSON.stringify(value) : value === null ? null : String(value);
    assignments.push(`${column} = $${parameters.push(text)}::${type}`);
  }
  const [row] = await sql.query(
    `update ${tables.connections} as connections set ${assignments.join(", ")}
      where owner = $1 and id = $2 returning ${connectionSelection}`,
    parameters,
  );
  return row === undefined ? null : connectionOf(row);
}

const changeable = [
  { name: "label", column: "label", type: "text" },
  { name: "settings", column: "settings", type: "text::json" },
  { name: "status", column: "status", type: "text" },
  { name: "health", column: "health", type: "text" },
  { name: "syncEveryMs", column: "sync_every_ms", type: "bigint" },
  { name: "nextSyncAt", column: "next_sync_at", type: "timestamptz" },
  { name: "breaker", column: "breaker", type: "text" },
  { name: "consecutiveFailures", column: "consecutive_failures", type: "bigint" },
  { name: "pausedUntil", column: "paused_until", type: "timestamptz" },
] as const satisfies readonly { readonly name: keyof ConnectionChange["set"]; column: string; type: string }[];

async function updateDue(sql: Sql, tables: PostgresTables, connectionId: string): Promise<void> {
  await sql.query(
    `update ${tables.leases} as leases
        set due_at = case when connections.status = 'active' then connections.next_sync_at end
       from ${tables.connections} as connections
      where leases.connection_id = $1 and connections.id = $1`,
    [connectionId],
  );
}
