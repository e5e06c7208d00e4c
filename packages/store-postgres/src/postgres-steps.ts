import type { StepName, StepStatisticsFilter } from "@fillbook/core";
import type { BookStore, IngestStore, StepCounts } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { SqlParameters, SqlRow } from "./postgres-driver.ts";
import { sliceOf } from "./postgres-lists.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { columnNames, sqlSource, textOf } from "./sql-columns.ts";
import { stepColumns, stepListing } from "./step-columns.ts";

type Steps = Pick<BookStore, "steps" | "lineage" | "stepCounts"> & Pick<IngestStore, "writeSteps">;

/** The lineage of jobs. */
export function postgresSteps(context: PostgresContext): Steps {
  const { driver, tables, clock } = context;
  return {
    async writeSteps(owner, steps) {
      if (steps.length === 0) return;
      const columns = stepColumns(owner);
      const { from, values, parameters } = sqlSource(columns, steps);
      const [ownerValue, jobValue, connectionValue] = values;
      // Not tried again: the run that recorded them has better things to do.
      await driver.query(
        `insert into ${tables.steps} (${columnNames(columns)}) select ${values.join(", ")} from ${from}
          where exists (select from ${tables.jobs} as jobs
            where jobs.owner = ${ownerValue} and jobs.id = ${jobValue} and jobs.connection_id = ${connectionValue})
         on conflict (owner, job_id, id) do nothing`,
        parameters,
      );
    },
    steps: (owner, filter) => sliceOf(context, stepListing, { owner, filter }),
    async lineage(owner, jobId) {
      if (holdsNul(jobId)) return [];
      const { selection, from, itemOf } = stepListing;
      const text = `select ${selection} from ${from(tables)} where owner = $1 and job_id = $2 order by place`;
      return (await retrying(clock, () => driver.query(text, [owner, jobId]))).map(itemOf);
    },
    async stepCounts(owner, filter) {
      const { text, parameters } = countStatement(tables, { owner, filter });
      return (await retrying(clock, () => driver.query(text, parameters))).map(countsOf);
    },
  };
}

function countStatement(
  tables: PostgresTables,
  { owner, filter }: { readonly owner: string; readonly filter: StepStatisticsFilter },
): { readonly text: string; readonly parameters: SqlParameters } {
  const parameters: string[] = [owner];
  const conditions = ["owner = $1"];
  const ask = (condition: string, value: string | undefined, type = "text") => {
    if (value !== undefined) conditions.push(`${condition} $${parameters.push(value)}::${type}`);
  };
  ask("connection_id =", filter.connectionId);
  ask("name =", filter.name);
  ask("started_at >=", filter.from, "timestamptz");
  ask("started_at <=", filter.to, "timestamptz");
  const text = `
    with chosen as materialized (
      select name, duration_ms, error_code from ${tables.steps} where ${conditions.join(" and ")}
    ), codes as (
      select name, error_code, count(*) as count,
             row_number() over (partition by name order by count(*) desc, error_code) as place
        from chosen where error_code is not null group by name, error_code
    ), common as (
      select name, json_agg(json_build_object('code', error_code, 'count', count) order by place) as error_codes
        from codes where place <= 5 group by name
    ), sums as (
      select name, count(*) as count, count(error_code) as failed, sum(duration_ms) as total_ms,
             percentile_disc(0.95) within group (order by duration_ms) as p95_ms
        from chosen group by name
    )
    select sums.*, coalesce(common.error_codes, '[]') as error_codes
      from sums left join common using (name) order by name`;
  return { text, parameters };
}

function countsOf(row: SqlRow): StepCounts {
  return {
    // Only names of core were written.
    name: textOf(row, "name") as StepName,
    count: Number(textOf(row, "count")),
    failed: Number(textOf(row, "failed")),
    totalMs: Number(textOf(row, "total_ms")),
    p95Ms: Number(textOf(row, "p95_ms")),
    errorCodes: JSON.parse(textOf(row, "error_codes")),
  };
}
