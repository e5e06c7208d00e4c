import type { Instant } from "@fillbook/core";
import type { ConnectionProblem, NewProblem } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { sqlArray } from "./sql-array.ts";
import { insertAll, replacing, type SqlColumns } from "./sql-columns.ts";

/** Problems that opened or were resolved. An open problem stays as it is, a resolved one opens again as a new one. */
export async function writeProblems(sql: Sql, tables: PostgresTables, { batch, plan }: Planned): Promise<void> {
  const { owner, run, at } = batch;
  const columns = problemColumns({ owner, connectionId: run?.connectionId ?? null, jobId: run?.jobId ?? null, at });
  // The first of equal keys, as the same statement must not touch a row twice.
  const opened = new Map([...plan.problemsOpened].reverse().map((problem) => [problem.problemKey, problem]));
  await insertAll(sql, {
    table: `${tables.problems} as problems`,
    columns,
    rows: [...opened.values()],
    conflict: `${replacing(columns, { key: ["owner", "problem_key"] })} where problems.resolved_at is not null`,
  });
  await rewordProblems(sql, tables, { batch, plan });
  if (plan.problemsResolved.length === 0) return;
  await sql.query(
    `update ${tables.problems} set resolved_at = $2::timestamptz
      where owner = $1 and problem_key = any($3::text[]) and resolved_at is null`,
    [batch.owner, batch.at, sqlArray([...plan.problemsResolved].sort())],
  );
}

async function rewordProblems(
  sql: Sql,
  tables: PostgresTables,
  { batch, plan }: Pick<Planned, "batch" | "plan">,
): Promise<void> {
  const reworded = plan.problemsReworded;
  if (reworded.length === 0) return;
  await sql.query(
    `update ${tables.problems} as stored
        set message = new.message, details = coalesce(new.details::json, stored.details)
       from unnest($2::text[], $3::text[], $4::text[]) as new (problem_key, message, details)
      where stored.owner = $1 and stored.problem_key = new.problem_key and stored.resolved_at is null
        and (stored.message, stored.details::text) is distinct from (new.message, coalesce(new.details, stored.details::text))`,
    [
      batch.owner,
      sqlArray(reworded.map(({ problemKey }) => problemKey)),
      sqlArray(reworded.map(({ message }) => message)),
      sqlArray(reworded.map(({ details }) => (details === undefined ? null : JSON.stringify(details)))),
    ],
  );
}

/** The problem of a connection itself opens, changes its kind, or is over. */
export async function settleProblem(
  sql: Sql,
  tables: PostgresTables,
  { problem: { opens, resolves }, ...from }: ProblemOrigin & { readonly problem: ConnectionProblem },
): Promise<void> {
  if (resolves !== undefined) {
    await sql.query(
      `update ${tables.problems} set resolved_at = $3::timestamptz
        where owner = $1 and problem_key = $2 and resolved_at is null`,
      [from.owner, resolves, from.at],
    );
  }
  if (opens === undefined) return;
  const columns = problemColumns(from);
  const conflict = replacing(columns, { key: ["owner", "problem_key"] });
  await insertAll(sql, {
    table: `${tables.problems} as problems`,
    columns,
    rows: [opens],
    conflict: `${conflict} where problems.resolved_at is not null or problems.kind <> excluded.kind`,
  });
}

/** Who tells of a problem, and when. */
interface ProblemOrigin {
  readonly owner: string;
  readonly connectionId: string | null;
  readonly jobId: string | null;
  readonly at: Instant;
}

const problemColumns = ({ owner, connectionId, jobId, at }: ProblemOrigin): SqlColumns<NewProblem> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "problem_key", type: "text", write: ({ problemKey }) => problemKey },
  { name: "kind", type: "text", write: ({ kind }) => kind },
  { name: "severity", type: "text", write: ({ severity }) => severity },
  { name: "message", type: "text", write: ({ message }) => message },
  { name: "details", type: "json", write: ({ details }) => JSON.stringify(details) },
  { name: "connection_id", type: "text", write: () => connectionId },
  { name: "job_id", type: "text", write: () => jobId },
  { name: "opened_at", type: "timestamptz", write: () => at },
  { name: "resolved_at", type: "timestamptz", write: () => null },
];
