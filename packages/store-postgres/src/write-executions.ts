import type { CommitPlan } from "@fillbook/core/store";
import { decisionAfter, keptMarks } from "./counted-decisions.ts";
import { executionColumns, markColumns } from "./execution-columns.ts";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import {
  columnNames,
  insertAll,
  type SqlColumn,
  type SqlColumns,
  sqlList,
  sqlSource,
  updateAll,
} from "./sql-columns.ts";

type Mark = CommitPlan["marks"][number] & { readonly owner: string; readonly familyKey: string };

/** New marks of stored reports. Those that stop being canonical have a statement of their own: the index allows one a family. */
export async function updateMarks(sql: Sql, tables: PostgresTables, planned: Planned): Promise<void> {
  const { batch, plan, snapshot } = planned;
  const decisionOf = decisionAfter(planned);
  const marks = plan.marks.flatMap(({ revisionKey, marks }): Mark[] => {
    const report = snapshot.reports.get(revisionKey);
    if (report === undefined) throw new Error(`report ${revisionKey} was planned without being read`);
    const { familyKey } = report;
    const before = keptMarks(report, snapshot.decisions.get(familyKey));
    const kept = keptMarks(marks, decisionOf(familyKey));
    if (markColumns.every(({ write }) => write(before) === write(kept))) return [];
    return [{ revisionKey, marks: kept, owner: batch.owner, familyKey }];
  });
  for (const canonical of [false, true]) {
    const rows = marks.filter((mark) => mark.marks.canonical === canonical);
    await updateAll(sql, { table: tables.executions, columns: markedColumns, rows, keyCount: 3 });
  }
}

const markedColumns: SqlColumns<Mark> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  { name: "revision_key", type: "text", write: ({ revisionKey }) => revisionKey },
  ...markColumns.map((column): SqlColumn<Mark> => ({ ...column, write: ({ marks }) => column.write(marks) })),
];

/** New reports, with the records they were read from and the ids by which other rows name them. */
export async function insertReports(sql: Sql, tables: PostgresTables, planned: Planned): Promise<void> {
  const { batch, plan } = planned;
  if (plan.reports.length === 0) return;
  const decisionOf = decisionAfter(planned);
  const reports = plan.reports.map((report) => keptMarks(report, decisionOf(report.familyKey)));
  const { from, values, parameters } = sqlSource(executionColumns, reports, { first: 4 });
  const keys = sqlList(
    "text",
    reports.map(({ revisionKey }) => revisionKey),
    2,
  );
  const raws = sqlList(
    "json",
    reports.map(({ raw }) => JSON.stringify(raw)),
    3,
  );
  // One statement: the raw table's key is the row number that the first insert draws.
  await sql.query(
    `with stored as (
       insert into ${tables.executions} (${columnNames(executionColumns)}) select ${values.join(", ")} from ${from}
       returning row_id, revision_key
     )
     insert into ${tables.raws} (row_id, owner, raw)
     select stored.row_id, $1, raws.raw
       from stored join rows from (${keys.call}, ${raws.call}) as raws (revision_key, raw) using (revision_key)`,
    [batch.owner, keys.parameter, raws.parameter, ...parameters],
  );
  const aliases = reports.flatMap(({ familyKey, aliasKeys }) => aliasKeys.map((alias) => ({ familyKey, alias })));
  const conflict = "on conflict (owner, alias_key, family_key) do nothing";
  await insertAll(sql, { table: tables.aliases, columns: aliasColumns(batch.owner), rows: aliases, conflict });
}

const aliasColumns = (owner: string): SqlColumns<{ readonly familyKey: string; readonly alias: string }> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "alias_key", type: "text", write: ({ alias }) => alias },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
];
