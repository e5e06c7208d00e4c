import { ImportError, isImportError } from "@fillbook/core";
import {
  type CommitBatch,
  type CommitResult,
  committedResult,
  onlyRecords,
  recordKeysOf,
  rejectRecords,
} from "@fillbook/core/store";
import { lockAccounts } from "./account-locks.ts";
import { callHost } from "./call-host.ts";
import { keepAnswer, keptAnswer } from "./decision-answers.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlTransaction } from "./postgres-driver.ts";
import { asStoreError, isDataError, sqlStateOf } from "./postgres-errors.ts";
import { retrying } from "./postgres-retry.ts";
import { planFor } from "./postgres-snapshot.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { type Planned, writePlan } from "./postgres-write.ts";
import { jobStatNames, statsOf } from "./run-columns.ts";
import { textOf, textOrNull } from "./sql-columns.ts";
import { storeCommit } from "./store-commit.ts";
import { timeAfter } from "./time-after.ts";

/** More refused records than this in one batch are a fault of the tables and not of the records. */
const REFUSED_MAX = 50;

interface CommitOptions {
  readonly leaseMs: number | null;
  /** Asks only whether the database takes the batch: nothing stays written. */
  readonly rehearse?: boolean;
  /** An operator's tool asks for no answer again, and leaves a right book as it is, row by row. */
  readonly keepsAnswer?: false;
}

/**
 * One batch in one transaction. Where the database refuses a value that core let pass, the records that hold it become
 * rejects and the rest is committed.
 */
export async function commitBatch(
  context: PostgresContext,
  batch: CommitBatch,
  options: CommitOptions,
): Promise<CommitResult> {
  try {
    return await commitOnce(context, batch, options);
  } catch (error) {
    const cause = refusal(error);
    if (cause === null || batch.run === null) throw error;
    const refused = await refusedRecords(context, batch, cause);
    const reason = `the database refuses the record (SQLSTATE ${sqlStateOf(cause)})`;
    return commitOnce(context, rejectRecords(batch, new Set(refused), reason), options);
  }
}

/** The keys of the records without which the batch would pass, found by halving: about 2 log n rehearsals for one. */
async function refusedRecords(context: PostgresContext, batch: CommitBatch, cause: Error): Promise<readonly string[]> {
  const refused: string[] = [];
  const search = async (keys: readonly string[]): Promise<void> => {
    if (await passes(context, onlyRecords(batch, new Set(keys)))) return;
    if (keys.length === 0 || refused.length === REFUSED_MAX) throw asStoreError(cause);
    const [only, ...rest] = keys;
    if (only !== undefined && rest.length === 0) {
      refused.push(only);
      return;
    }
    const middle = Math.ceil(keys.length / 2);
    await search(keys.slice(0, middle));
    await search(keys.slice(middle));
  };
  // Without any record it must pass, or the fault lies elsewhere.
  await search([]);
  await search(recordKeysOf(batch));
  return refused;
}

async function passes(context: PostgresContext, batch: CommitBatch): Promise<boolean> {
  try {
    await commitOnce(context, batch, { leaseMs: null, rehearse: true });
    return true;
  } catch (error) {
    if (refusal(error) === null) throw error;
    return false;
  }
}

function refusal(error: unknown): Error | null {
  const cause = isImportError(error) ? error.cause : error;
  return cause instanceof Error && isDataError(cause) ? cause : null;
}

async function commitOnce(context: PostgresContext, batch: CommitBatch, options: CommitOptions): Promise<CommitResult> {
  const rehearsed: { result: CommitResult | null } = { result: null };
  const attempt = () =>
    context.driver.transaction(async (sql) => {
      const result = await commitWithin(sql, context, { batch, options });
      if (options.rehearse !== true) return result;
      rehearsed.result = result;
      throw new ImportError("ABORTED", "a rehearsal is rolled back");
    });
  try {
    return await retrying(context.clock, attempt);
  } catch (error) {
    if (rehearsed.result !== null) return rehearsed.result;
    throw error;
  }
}

async function commitWithin(
  sql: SqlTransaction,
  { tables, onCommit }: PostgresContext,
  { batch, options }: { batch: CommitBatch; options: CommitOptions },
): Promise<CommitResult> {
  const earlier = await takeFence(sql, tables, batch);
  if (earlier !== null) {
    if (earlier.kind === "committed") await renewLease(sql, tables, { run: batch.run, leaseMs: options.leaseMs });
    return earlier;
  }
  await lockAccounts(sql, tables, batch);
  const kept = await keptAnswer(sql, tables, batch);
  if (kept !== null) return kept;
  const { answer, snapshot } = await planFor(sql, tables, batch);
  if (answer.kind === "stale") return answer;
  const planned = { batch, plan: answer.plan, snapshot };
  await writePlan(sql, tables, planned);
  await moveCursor(sql, tables, { planned, leaseMs: options.leaseMs });
  const result = committedResult(planned.plan);
  if (options.keepsAnswer !== false) await keepAnswer(sql, tables, { batch, answer: result });
  if (onCommit !== null && options.rehearse !== true) await callHost(sql, onCommit, storeCommit(planned));
  return result;
}

/** Locks the lease and its job. Answers when there is nothing to write: another run took over, or this page was committed before. */
async function takeFence(sql: Sql, tables: PostgresTables, batch: CommitBatch): Promise<CommitResult | null> {
  const { run, owner } = batch;
  if (run === null) return null;
  const [row] = await sql.query(
    `select jobs.last_page, jobs.last_page_stats
       from ${tables.leases} as leases
       join ${tables.jobs} as jobs on jobs.owner = leases.owner and jobs.id = leases.job_id
      where leases.connection_id = $1 and leases.owner = $2 and leases.job_id = $3 and leases.token = $4::bigint
        for update of leases, jobs`,
    [run.connectionId, owner, run.jobId, String(run.token)],
  );
  if (row === undefined) return { kind: "fenced" };
  const stats = textOrNull(row, "last_page_stats");
  if (stats === null || Number(textOf(row, "last_page")) < run.page) return null;
  return { kind: "committed", stats: JSON.parse(stats) };
}

async function renewLease(
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

async function moveCursor(
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
