import { atEarliest, isEarlier, type Moment } from "../moment.ts";
import type { CommitBatch, NewCancel, NewReport } from "./commit-batch.ts";
import type { Reject } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** What of a batch is not stored yet, each once. */
export interface News {
  readonly reports: readonly NewReport[];
  readonly cancels: readonly NewCancel[];
  readonly rejects: readonly Reject[];
  /** Reports that are stored and were undone: told again, they count again. */
  readonly revived: readonly NewReport[];
  readonly revivedCancels: readonly NewCancel[];
  /** Stored reports, undone or not, that the broker reported earlier than was known. */
  readonly earlier: readonly NewReport[];
  readonly earlierRejects: readonly Reject[];
  /** Records that were stored before or stand in the batch twice. */
  readonly duplicates: number;
}

/** Leaves out what the snapshot knows and what the batch repeats. */
export function newsOf(batch: CommitBatch, { revisions, cancelKeys, rejectKeys, undone }: Snapshot): News {
  const told = atEarliest(batch.reports, (report) => report.revisionKey);
  const rejected = atEarliest(batch.rejects, (reject) => reject.rejectKey);
  const reports = unseen(told, (report) => report.revisionKey, { stored: revisions, undone });
  const cancels = unseen(batch.cancels, (cancel) => cancel.cancelKey, { stored: cancelKeys, undone });
  const rejects = unseen(rejected, (reject) => reject.rejectKey, { stored: rejectKeys, undone });
  return {
    ...{ reports: reports.fresh, cancels: cancels.fresh, rejects: rejects.fresh },
    ...{ revived: reports.revived, revivedCancels: cancels.revived },
    earlier: earlierThan(revisions, told, (report) => report.revisionKey),
    earlierRejects: earlierThan(rejectKeys, rejected, (reject) => reject.rejectKey),
    duplicates: reports.duplicates + cancels.duplicates + rejects.duplicates,
  };
}

interface Unseen<Row> {
  readonly fresh: readonly Row[];
  readonly revived: readonly Row[];
  readonly duplicates: number;
}

function unseen<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  known: { readonly stored: { has(key: string): boolean }; readonly undone: ReadonlySet<string> },
): Unseen<Row> {
  const { stored, undone } = known;
  const taken = new Set<string>();
  const fresh: Row[] = [];
  const revived: Row[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    if (taken.has(key) || (stored.has(key) && !undone.has(key))) continue;
    taken.add(key);
    if (stored.has(key)) revived.push(row);
    else fresh.push(row);
  }
  return { fresh, revived, duplicates: rows.length - fresh.length - revived.length };
}

function earlierThan<Row extends Moment>(
  stored: Snapshot["revisions"],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  const earlier = new Map<string, Row>();
  for (const row of rows) {
    const before = stored.get(keyOf(row));
    if (before !== undefined && isEarlier(row.firstReportedAt, before)) earlier.set(keyOf(row), row);
  }
  return [...earlier.values()];
}
