import type { ProblemCount, SliceRequest } from "@fillbook/core";
import type { BookStore, Reject, StoredProblem } from "@fillbook/core/store";
import { holdsNul } from "./holds-nul.ts";
import type { Listing } from "./listings.ts";
import { writeAudit } from "./postgres-audit.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlRow } from "./postgres-driver.ts";
import { sliceOf } from "./postgres-lists.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { rejectRow, rejectSelection } from "./rare-columns.ts";
import { problemOf, problemSelection } from "./run-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { textOf } from "./sql-columns.ts";

/** What a person resolves, and what waits to be read again. */
export function postgresProblems(
  context: PostgresContext,
): Pick<BookStore, "resolveProblem" | "problemCounts" | "openRejects"> {
  const { driver, tables, clock } = context;
  return {
    async resolveProblem(owner, request) {
      if (holdsNul(request.id)) return null;
      return retrying(clock, () => driver.transaction((sql) => resolveProblem(sql, tables, { owner, ...request })));
    },
    async problemCounts(owner, { connectionId }) {
      const text = `select kind, severity, count(*) as count from ${tables.problems}
        where owner = $1 and resolved_at is null and ($2::text is null or connection_id = $2)
        group by kind, severity order by kind collate "C", severity collate "C"`;
      return (await retrying(clock, () => driver.query(text, [owner, connectionId ?? null]))).map(countOf);
    },
    async openRejects(owner, filter) {
      const slice = await sliceOf(context, openRejectListing, { owner, filter });
      const hashes = [...new Set(slice.items.map((reject) => reject.contextHash))].sort();
      return { ...slice, contexts: await contextsOf(context, owner, hashes) };
    },
  };
}

async function resolveProblem(
  sql: Sql,
  tables: PostgresTables,
  { owner, id, at, audit }: { readonly owner: string } & Parameters<BookStore["resolveProblem"]>[1],
): Promise<StoredProblem | null> {
  const read = `select ${problemSelection} from ${tables.problems} where owner = $1 and problem_key = $2 for update`;
  const [row] = await sql.query(read, [owner, id]);
  if (row === undefined) return null;
  const known = problemOf(row);
  if (known.resolvedAt !== null) return known;
  await sql.query(`update ${tables.problems} set resolved_at = $3::timestamptz where owner = $1 and problem_key = $2`, [
    owner,
    id,
    at,
  ]);
  if (audit !== undefined) {
    await writeAudit(sql, tables, { owner, audit: { ...audit, connectionId: known.connectionId } });
  }
  return { ...known, resolvedAt: at };
}

function countOf(row: SqlRow): ProblemCount {
  const count = { kind: textOf(row, "kind"), severity: textOf(row, "severity"), count: Number(textOf(row, "count")) };
  // Only problems that core had made were written.
  return count as ProblemCount;
}

const openRejectListing: Listing<Reject, SliceRequest & { readonly connectionId: string }> = {
  table: "rejects",
  from: (tables) => `${tables.rejects} as rejects`,
  selection: rejectSelection,
  order: ["fetched_at", "reject_key"],
  where: ({ connectionId }) => [
    { column: "connection_id", value: connectionId, indexed: true },
    { column: "resolved_at", isNull: true },
  ],
  itemOf: rejectRow,
  keyOf: ({ fetchedAt, rejectKey }) => ({ at: fetchedAt, id: rejectKey }),
};

async function contextsOf({ driver, tables, clock }: PostgresContext, owner: string, hashes: readonly string[]) {
  if (hashes.length === 0) return [];
  const text = `select context_hash, context from ${tables.contexts}
    where owner = $1 and context_hash = any($2::text[]) order by context_hash`;
  const rows = await retrying(clock, () => driver.query(text, [owner, sqlArray(hashes)]));
  return rows.map((row) => ({
    contextHash: textOf(row, "context_hash"),
    context: JSON.parse(textOf(row, "context")),
  }));
}
