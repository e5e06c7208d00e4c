import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { sqlArray } from "./sql-array.ts";

/** Rejects that were read again: resolved, or still rejected for a reason of today. */
export async function writeRereads(
  sql: Sql,
  tables: PostgresTables,
  { batch, plan }: Pick<Planned, "batch" | "plan">,
): Promise<void> {
  if (plan.rereads.length === 0) return;
  await sql.query(
    `update ${tables.rejects} as stored
        set reason = coalesce(new.reason, stored.reason),
            resolved_at = case when new.reason is null then $4::timestamptz end,
            resolved_job_id = case when new.reason is null then $5::text end
       from unnest($2::text[], $3::text[]) as new (reject_key, reason)
      where stored.owner = $1 and stored.reject_key = new.reject_key and stored.resolved_at is null`,
    [
      batch.owner,
      sqlArray(plan.rereads.map(({ rejectKey }) => rejectKey)),
      sqlArray(plan.rereads.map(({ reason }) => reason)),
      ...[batch.at, batch.run?.jobId ?? null],
    ],
  );
}
