import type { BookStore, StorePrune } from "@fillbook/core/store";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlParameters } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";
import { textOf } from "./sql-columns.ts";

/** Deletes old rows of all owners, at most so many of each kind in one transaction, past what others hold. */
export function postgresPrune({ driver, tables, clock }: PostgresContext): Pick<BookStore, "prune"> {
  return {
    prune: (request) => retrying(clock, () => driver.transaction((sql) => prune(sql, tables, request))),
  };
}

async function prune(sql: Sql, tables: PostgresTables, request: StorePrune): ReturnType<BookStore["prune"]> {
  const { stepsBefore, problemsBefore, auditBefore, limit } = request;
  const ofJobs = await pruneJobs(sql, tables, request);
  const steps = await count(sql, deleteSteps(tables), [stepsBefore ?? null, String(limit - ofJobs.steps)]);
  const problems = await count(sql, deleteProblems(tables), [problemsBefore ?? null, String(limit)]);
  const audit = await count(sql, deleteAudit(tables), [auditBefore ?? null, String(limit)]);
  const report = { jobs: ofJobs.jobs, steps: ofJobs.steps + steps, problems, audit };
  return { ...report, more: Math.max(...Object.values(report)) === limit };
}

async function pruneJobs(
  sql: Sql,
  tables: PostgresTables,
  { jobsBefore, includeUndoable, limit }: StorePrune,
): Promise<{ readonly jobs: number; readonly steps: number }> {
  if (jobsBefore === undefined) return { jobs: 0, steps: 0 };
  const found = await sql.query(oldJobs(tables), [jobsBefore, String(limit), String(includeUndoable)]);
  if (found.length === 0) return { jobs: 0, steps: 0 };
  const keys = [sqlArray(found.map((row) => textOf(row, "owner"))), sqlArray(found.map((row) => textOf(row, "id")))];
  const steps = await count(sql, deleteStepsOf(tables), [...keys, String(limit)]);
  return { jobs: await count(sql, deleteJobs(tables), keys), steps };
}

async function count(sql: Sql, text: string, parameters: SqlParameters): Promise<number> {
  const [row] = await sql.query(`with gone as (${text} returning 1) select count(*) as count from gone`, parameters);
  return row === undefined ? 0 : Number(textOf(row, "count"));
}

// Owner by owner, because jobs and steps are found by owner and time alone.
const oldJobs = ({ connections, jobs }: PostgresTables) => `
  select old.owner, old.id from (select distinct owner from ${connections}) as owners cross join lateral (
    select owner, id from ${jobs} as jobs
      where jobs.owner = owners.owner and started_at < $1::timestamptz and finished_at < $1::timestamptz
        and ($3::boolean or inserted + updated + corrected + canceled + conflicts = 0)
      order by started_at, id limit $2::bigint for update skip locked
  ) as old limit $2::bigint`;

const deleteStepsOf = ({ steps }: PostgresTables) => `
  delete from ${steps} where (owner, job_id, id) in (
    select steps.owner, steps.job_id, steps.id from unnest($1::text[], $2::text[]) as old (owner, job_id)
      join ${steps} as steps using (owner, job_id) limit $3::bigint
  )`;

/** A job of many steps goes with the last of them, perhaps in a later call. */
const deleteJobs = ({ jobs, steps }: PostgresTables) => `
  delete from ${jobs} as jobs using unnest($1::text[], $2::text[]) as old (owner, id)
    where jobs.owner = old.owner and jobs.id = old.id
      and not exists (select from ${steps} as steps where steps.owner = jobs.owner and steps.job_id = jobs.id)`;

const deleteSteps = ({ connections, steps }: PostgresTables) => `
  delete from ${steps} where (owner, job_id, id) in (
    select old.owner, old.job_id, old.id from (select distinct owner from ${connections}) as owners cross join lateral (
      select owner, job_id, id from ${steps} as steps
        where steps.owner = owners.owner and started_at < $1::timestamptz order by started_at, id limit $2::bigint
    ) as old limit $2::bigint
  )`;

const deleteProblems = ({ problems }: PostgresTables) => `
  delete from ${problems} where (owner, problem_key) in (
    select owner, problem_key from ${problems}
      where opened_at < $1::timestamptz and resolved_at < $1::timestamptz limit $2::bigint for update skip locked
  )`;

const deleteAudit = ({ auditEvents }: PostgresTables) => `
  delete from ${auditEvents} where (owner, id) in (
    select owner, id from ${auditEvents} where happened_at < $1::timestamptz limit $2::bigint
  )`;
