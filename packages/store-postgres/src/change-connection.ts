import type { Connection } from "@fillbook/core";
import { accountConnected, type ConnectionChange } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import { writeAudit } from "./postgres-audit.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { connectionOf, connectionSelection, connectionSource } from "./run-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { booleanText, textOf, textOrNull } from "./sql-columns.ts";
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
  await updateConnection(sql, tables, change);
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
  const [changed] = await sql.query(
    `select ${connectionSelection} from ${connectionSource(tables)}
      where connections.owner = $1 and connections.id = $2`,
    [owner, connectionId],
  );
  return changed === undefined ? null : connectionOf(changed);
}

/** @throws ImportError `ACCOUNT_CONNECTED` when that is why the change was refused. */
export async function refuseChange(
  sql: Pick<Sql, "query">,
  tables: PostgresTables,
  { owner, connectionId, set }: ConnectionChange,
): Promise<void> {
  const [own] = await sql.query(
    `select connector, account_ref from ${tables.connections} where owner = $1 and id = $2`,
    [owner, connectionId],
  );
  if (own === undefined) return;
  const accountRef = set.accountRef ?? textOrNull(own, "account_ref");
  await refuseSecond(sql, tables, { id: connectionId, userId: owner, connector: textOf(own, "connector"), accountRef });
}

/** @throws ImportError `ACCOUNT_CONNECTED` when another connection is the sole one of this account. */
export async function refuseSecond(
  sql: Pick<Sql, "query">,
  tables: PostgresTables,
  { id, userId, connector, accountRef }: Pick<Connection, "id" | "userId" | "connector" | "accountRef">,
): Promise<void> {
  const [other] = await sql.query(
    `select id from ${tables.connections}
      where owner = $1 and connector = $2 and account_ref = $3 and sole and id <> $4`,
    [userId, connector, accountRef, id],
  );
  if (other !== undefined) throw accountConnected(textOf(other, "id"));
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
  { owner, connectionId, at, set, sole }: ConnectionChange,
): Promise<void> {
  const parameters: (string | null)[] = [owner, connectionId, at];
  const assignments = ["updated_at = $3::timestamptz"];
  for (const { name, column, type } of changeable) {
    const value = set[name];
    if (value === undefined) continue;
    // Settings are a document, the others texts, numbers or null.
    const text = name === "settings" ? JSON.stringify(value) : value === null ? null : String(value);
    assignments.push(`${column} = $${parameters.push(text)}::${type}`);
  }
  if (sole !== undefined) assignments.push(`sole = $${parameters.push(booleanText(sole))}::boolean`);
  await sql.query(
    `update ${tables.connections} set ${assignments.join(", ")} where owner = $1 and id = $2`,
    parameters,
  );
}

const changeable = [
  { name: "accountRef", column: "account_ref", type: "text" },
  { name: "schedule", column: "schedule", type: "text" },
  { name: "lastValidatedAt", column: "last_validated_at", type: "timestamptz" },
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
        set due_at = case when connections.status in ('active', 'pending') then connections.next_sync_at end
       from ${tables.connections} as connections
      where leases.connection_id = $1 and connections.id = $1`,
    [connectionId],
  );
}
