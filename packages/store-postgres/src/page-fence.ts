import type { CommitBatch, CommitResult } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { jobStatNames, statsOf } from "./run-columns.ts";
import { textOf, textOrNull } from "./sql-columns.ts";
import { timeAfter } from "./time-after.ts";

/** Locks the lease and its job. Answers when there is nothing to write: another run took over, or this page was committed before. */
export async function takeFence(sql: Sql, tables: PostgresTables, batch: CommitBatch): Promise<CommitResult | null> {
  return storedPage(sql, tables, batch, "for update of leases, jobs");
}

/** What this page's commit answered, if it was committed; null for a page that is not, and for a decision. */
export async function storedPage(
  sql: Sql,
  tables: PostgresTables,
  { run, owner }: CommitBatch,
  locks: "for update of leases, jobs" | "" = "",
): Promise<CommitResult | null> {
  if (run === null) return null;
  const [row] = await sql.query(
    `select jobs.last_page, jobs.last_page_stats
       from ${tables.leases} as leases
       join ${tables.jobs} as jobs on jobs.owner = leases.owner and jobs.id = leases.job_id
      where leases.connection_id = $1 and leases.owner = $2 and leases.job_id = $3 and leases.token = $4::bigint ${locks}`,
    [run.connectionId, owner, run.jobId, String(run.token)],
  );
  if (row === undefined) return { kind: "fenced" };
  const stats = textOrNull(row, "last_page_stats");
  if (stats === null || Number(textOf(row, "last_page")) < run.page) return null;
  return { kind: "committed", stats: JSON.parse(stats) };
}

export async function renewLease(
  sql: Sql,
  tables: PostgresTables,
  { run, leaseMs }: { run: CommitBatch["run"]; leaseMs: number | null },
): Promise<void> {
  if (run === null || leaseMs === null) return;
  await sql.query(
    `update ${tables.leases} set expires_at = ${timeAfter("clock_timestamp()", "$2")}
      where connection_id = $1`,
    [run.connectionId, String(leaseMs)],
  );
}

/** Moves the cursor behind the page, adds its statistics to the job and renews the lease. */
export async function moveCursor(
  sql: Sql,
  tables: PostgresTables,
  { planned, leaseMs }: { planned: Planned; leaseMs: number | null },
): Promise<void> {
  const { run, owner } = planned.batch;
  if (run === null) return;
  const stats = statsOf(planned.plan.stats);
  const sums = jobStatNames.map(({ column }, index) => `${column} = ${column} + $${index + 9}::bigint`);
  await sql.query(
    `with moved as (
       update ${tables.leases}
          set cursor = $4::text::json,
              coverage = coalesce($8::text::json, coverage),
              expires_at = coalesce(${timeAfter("clock_timestamp()", "$5")}, expires_at)
        where connection_id = $1
     )
     update ${tables.jobs}
        set cursor_after = $4::text::json, pages = pages + 1, last_page = $6::bigint, last_page_stats = $7::text::json, ${sums.join(", ")}
      where owner = $2 and id = $3`,
    [
      ...[run.connectionId, owner, run.jobId, JSON.stringify(run.cursor), leaseMs === null ? null : String(leaseMs)],
      ...[String(run.page), JSON.stringify(planned.plan.stats)],
      run.coverage === undefined ? null : JSON.stringify(run.coverage),
      ...stats,
    ],
  );
}
