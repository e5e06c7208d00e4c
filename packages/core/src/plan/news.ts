import type { CommitBatch, NewCancel, NewReport } from "./commit-batch.ts";
import type { Reject } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** What of a batch is not stored yet, each once. */
export interface News {
  readonly reports: readonly NewReport[];
  readonly cancels: readonly NewCancel[];
  readonly rejects: readonly Reject[];
  /** Records that were stored before or stand in the batch twice. */
  readonly duplicates: number;
}

/** Leaves out what the snapshot knows and what the batch repeats. */
export function newsOf(batch: CommitBatch, snapshot: Snapshot): News {
  const reports = unseen(batch.reports, (report) => report.revisionKey, snapshot.revisions);
  const cancels = unseen(batch.cancels, (cancel) => cancel.cancelKey, snapshot.cancelKeys);
  const rejects = unseen(batch.rejects, (reject) => reject.rejectKey, snapshot.rejectKeys);
  const seen = batch.reports.length - reports.length + batch.cancels.length - cancels.length;
  return { reports, cancels, rejects, duplicates: seen + batch.rejects.length - rejects.length };
}

function unseen<Row>(rows: readonly Row[], keyOf: (row: Row) => string, stored: ReadonlySet<string>): Row[] {
  const taken = new Set<string>();
  return rows.filter((row) => {
    const key = keyOf(row);
    if (stored.has(key) || taken.has(key)) return false;
    taken.add(key);
    return true;
  });
}
