import type { Reject, Report } from "@fillbook/core/store";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { type SqlColumn, type SqlColumns, updateAll } from "./sql-columns.ts";

/** Reports and rejects that the broker is known to have reported earlier than was known. */
export async function updateMoments(
  sql: Sql,
  tables: PostgresTables,
  { batch, plan, snapshot }: Planned,
): Promise<void> {
  const { owner } = batch;
  const reports = plan.moments.map((moment) => {
    const report = snapshot.reports.get(moment.revisionKey);
    if (report === undefined) throw new Error(`report ${moment.revisionKey} was planned without being read`);
    return { ...moment, owner, familyKey: report.familyKey };
  });
  await updateAll(sql, { table: tables.executions, columns: reportColumns, rows: reports, keyCount: 3 });
  const rejects = plan.rejectMoments.map((moment) => ({ ...moment, owner }));
  await updateAll(sql, { table: tables.rejects, columns: rejectColumns, rows: rejects, keyCount: 2 });
}

const moment: SqlColumn<Pick<Report, "firstReportedAt">> = {
  name: "first_reported_at",
  type: "timestamptz",
  write: ({ firstReportedAt }) => firstReportedAt,
};

const reportColumns: SqlColumns<Pick<Report, "owner" | "familyKey" | "revisionKey" | "firstReportedAt">> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  { name: "revision_key", type: "text", write: ({ revisionKey }) => revisionKey },
  moment,
];

const rejectColumns: SqlColumns<{ readonly owner: string } & Pick<Reject, "rejectKey" | "firstReportedAt">> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "reject_key", type: "text", write: ({ rejectKey }) => rejectKey },
  moment,
];
