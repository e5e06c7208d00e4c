import type { CommitBatch, CommitPlan, Snapshot } from "@fillbook/core/store";
import { keptDecisions, updateStale } from "./counted-decisions.ts";
import { writeAudits } from "./postgres-audit.ts";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { cancelColumns, cancelNameColumns, decisionColumns, rejectColumns } from "./rare-columns.ts";
import { sqlArray } from "./sql-array.ts";
import { insertAll, replacing, type SqlColumns } from "./sql-columns.ts";
import { insertReports, updateMarks } from "./write-executions.ts";
import { updateMoments } from "./write-moments.ts";
import { writeProblems } from "./write-problems.ts";
import { writeRereads } from "./write-rereads.ts";
import { writeTrades } from "./write-trades.ts";
import { updateCancels, updateRevived, writeUndo } from "./write-undo.ts";

export interface Planned {
  readonly batch: CommitBatch;
  readonly plan: CommitPlan;
  /** What the plan was made from. */
  readonly snapshot: Snapshot;
}

/** Writes a plan: one statement a table, none for what the plan does not touch. Demotions come before promotions. */
export async function writePlan(sql: Sql, tables: PostgresTables, planned: Planned): Promise<void> {
  const { batch, plan } = planned;
  const { owner } = batch;
  const contexts = [...batch.contexts].sort((left, right) => (left.contextHash < right.contextHash ? -1 : 1));
  const known = "on conflict (owner, context_hash) do nothing";
  await insertAll(sql, { table: tables.contexts, columns: contextColumns(owner), rows: contexts, conflict: known });
  await updateMarks(sql, tables, planned);
  await updateRevived(sql, tables, planned);
  await updateMoments(sql, tables, planned);
  await insertReports(sql, tables, planned);
  await updateCancels(sql, tables, planned);
  await insertAll(sql, { table: tables.cancels, columns: cancelColumns, rows: plan.cancels });
  const names = plan.cancels.flatMap((cancel) => {
    const all = new Set(cancel.familyKey === null ? cancel.aliasKeys : [cancel.familyKey, ...cancel.aliasKeys]);
    return [...all].map((name) => ({ cancel, name }));
  });
  await insertAll(sql, { table: tables.cancelNames, columns: cancelNameColumns, rows: names });
  await insertAll(sql, { table: tables.rejects, columns: rejectColumns(owner), rows: plan.rejects });
  await writeRereads(sql, tables, planned);
  if (plan.decisionsRemoved.length > 0) {
    await sql.query(`delete from ${tables.decisions} where owner = $1 and family_key = any($2::text[])`, [
      owner,
      sqlArray([...plan.decisionsRemoved].sort()),
    ]);
  }
  const decided = decisionColumns(owner);
  const conflict = replacing(decided, { key: ["owner", "family_key"] });
  await insertAll(sql, { table: tables.decisions, columns: decided, rows: keptDecisions(planned), conflict });
  await updateStale(sql, tables, planned);
  await writeTrades(sql, tables, planned);
  await writeProblems(sql, tables, planned);
  await writeUndo(sql, tables, planned);
  await writeAudits(sql, tables, { owner, audits: plan.audit });
}

const contextColumns = (owner: string): SqlColumns<CommitBatch["contexts"][number]> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "context_hash", type: "text", write: ({ contextHash }) => contextHash },
  { name: "context", type: "json", write: ({ context }) => JSON.stringify(context) },
];
