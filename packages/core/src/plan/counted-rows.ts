import type { Retold } from "./commit-batch.ts";
import type { News } from "./news.ts";
import type { Marks, Report, StoredReport } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";
import type { UndoPlan } from "./undo-import.ts";

/** A stored report that counts for nothing, by the undo of its job. */
export interface HiddenRow {
  readonly report: StoredReport;
  readonly undone: string;
}

/** Every report that the plan knows, apart by whether it counts. */
export interface CountedRows {
  readonly visible: readonly { readonly report: Report; readonly before: Marks | null }[];
  readonly hidden: readonly HiddenRow[];
}

/** Stored and new reports; `undo` hides some of them, and what a page tells again is hidden no more. */
export function countedRows(
  snapshot: Snapshot,
  news: News,
  undo: { readonly id: string; readonly reports: UndoPlan["reports"] } | null,
): CountedRows {
  const visible: CountedRows["visible"][number][] = [];
  const hidden: HiddenRow[] = [];
  const revived = new Map(news.revived.map((report) => [report.revisionKey, report]));
  const earlier = new Map(news.earlier.map((report) => [report.revisionKey, report.firstReportedAt]));
  for (const stored of snapshot.reports.values()) {
    const firstReportedAt = earlier.get(stored.revisionKey);
    const report = firstReportedAt === undefined ? stored : { ...stored, firstReportedAt };
    const again = revived.get(report.revisionKey);
    if (again !== undefined) visible.push({ report: { ...report, ...retold(again) }, before: stored });
    else if (report.undone !== null) hidden.push({ report, undone: report.undone });
    else if (undo?.reports.has(report.revisionKey)) hidden.push({ report, undone: undo.id });
    else visible.push({ report, before: report });
  }
  for (const report of news.reports) visible.push({ report, before: null });
  return { visible, hidden };
}

/** What of a report says who told it. */
export function retold({ revisionKey, jobId, connectionId, fetchedAt }: Retold): Retold {
  return { revisionKey, jobId, connectionId, fetchedAt };
}

/** True for a row that this plan makes count: it is new, or was undone before. */
export function isNews({ before }: { readonly before: Marks | null }): boolean {
  return before === null || before.undone !== null;
}
