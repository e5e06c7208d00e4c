import type { CommitPlan, Retold } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { type SqlColumns, updateAll } from "./sql-columns.ts";

/** Undone reports that a page told again: who told them. Their marks are written as all others. */
export async function updateRevived(
  sql: Sql,
  tables: PostgresTables,
  { batch, plan, snapshot }: Planned,
): Promise<void> {
  const rows = plan.revived.map((retold): Revived => {
    const report = snapshot.reports.get(retold.revisionKey);
    if (report === undefined) throw new Error(`report ${retold.revisionKey} was planned without being read`);
    return { ...retold, owner: batch.owner, familyKey: report.familyKey };
  });
  await updateAll(sql, { table: tables.executions, columns: revivedColumns, rows, keyCount: 3 });
}

/** Cancels that were undone, or that a page told again since. */
export async function updateCancels(sql: Sql, tables: PostgresTables, { batch, plan }: Planned): Promise<void> {
  const rows = plan.cancelMarks.map((mark) => ({ ...mark, owner: batch.owner }));
  const isRetold = (mark: CancelMark): mark is CancelMark & RetoldCancel => mark.jobId !== undefined;
  const [undone, retold] = [rows.filter((row) => !isRetold(row)), rows.filter(isRetold)];
  await updateAll(sql, { table: tables.cancels, columns: undoneColumns, rows: undone, keyCount: 2 });
  const columns = [...undoneColumns, ...retoldColumns];
  await updateAll(sql, { table: tables.cancels, columns, rows: retold, keyCount: 2 });
}

/** Marks the job of which something was undone. */
export async function writeUndo(sql: Sql, { jobs }: PostgresTables, { batch, plan }: Planned): Promise<void> {
  if (batch.undo === undefined || plan.undo === null || plan.undo.reportCount + plan.undo.cancelCount === 0) return;
  const text = `update ${jobs} set undone_at = $3::timestamptz where owner = $1 and id = $2`;
  await sql.query(text, [batch.owner, batch.undo.jobId, batch.at]);
}

type Revived = Retold & { readonly owner: string; readonly familyKey: string };
type CancelMark = CommitPlan["cancelMarks"][number] & { readonly owner: string };

type RetoldCancel = Omit<Retold, "revisionKey">;

const retoldColumns: SqlColumns<RetoldCancel> = [
  { name: "job_id", type: "text", write: ({ jobId }) => jobId },
  { name: "connection_id", type: "text", write: ({ connectionId }) => connectionId },
  { name: "fetched_at", type: "timestamptz", write: ({ fetchedAt }) => fetchedAt },
];

const revivedColumns: SqlColumns<Revived> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  { name: "revision_key", type: "text", write: ({ revisionKey }) => revisionKey },
  ...retoldColumns,
];

const undoneColumns: SqlColumns<CancelMark> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "cancel_key", type: "text", write: ({ cancelKey }) => cancelKey },
  { name: "undone", type: "text", write: ({ undone }) => undone },
];
