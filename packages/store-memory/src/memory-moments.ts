import type { CommitPlan, Reject, Report, SnapshotRows } from "@fillbook/core/store";
import type { OwnerTables } from "./memory-tables.ts";

/** Which of these keys are stored, with the moments at which the broker first reported them. */
export function storedKeys(
  table: { get(key: string): Pick<Report | Reject, "firstReportedAt"> | undefined },
  keys: readonly string[],
): SnapshotRows["revisions"] {
  return keys.flatMap((key) => {
    const row = table.get(key);
    return row === undefined ? [] : [{ key, firstReportedAt: row.firstReportedAt }];
  });
}

/** Reports and rejects that the broker is known to have reported earlier than was known. */
export function writeMoments({ reports, rejects }: OwnerTables, { moments, rejectMoments }: CommitPlan): void {
  for (const { revisionKey, ...moment } of moments) {
    const report = reports.get(revisionKey);
    if (report !== undefined) reports.set(revisionKey, { ...report, ...moment });
  }
  for (const { rejectKey, ...moment } of rejectMoments) {
    const reject = rejects.get(rejectKey);
    if (reject !== undefined) rejects.set(rejectKey, { ...reject, ...moment });
  }
}
