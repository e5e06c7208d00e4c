import { groupBy } from "./group-by.ts";
import type { CancelEffect } from "./oracle-cancel.ts";
import type { PlannedFill } from "./oracle-fold.ts";
import { compareRows, feeCompleteness, type OracleRow, type TieOrder } from "./oracle-rank.ts";
import type { OracleCancel, OracleFee } from "./oracle-report.ts";

/** The fees of one fill, null while no report knows them. */
export function chooseFees(fill: PlannedFill, effect: CancelEffect, ties: TieOrder): readonly OracleFee[] | null {
  const priced = fill.rows.filter((row) => row.report.feeBasis === "row" && row.report.fees !== null);
  if (priced.length > 0) return sumOfRows(priced, effect.matched, ties);
  const unvoided = fill.rows.filter((row) => !effect.voided.has(row));
  return bestTold(unvoided.length > 0 ? unvoided : fill.rows, ties)?.report.fees ?? null;
}

/** Each row of the best kind of statement carries its own share, the canceled rows and the cancel rows too. */
function sumOfRows(
  priced: readonly OracleRow[],
  cancels: readonly OracleCancel[],
  ties: TieOrder,
): readonly OracleFee[] {
  const tier = Math.max(...priced.map(rowTier));
  const rows = groupBy(
    priced.filter((row) => rowTier(row) === tier),
    rowKey,
  );
  const cancelRows = groupBy(
    cancels.filter((cancel) => cancel.fees !== null && cancelTier(cancel) === tier),
    (cancel) => (cancel.sequence === null ? `cancel:${cancel.revision}` : `row:${cancel.sequence}`),
  );
  const rowFees = [...rows.values()].map((told) => bestTold(told, ties)?.report.fees ?? []);
  const cancelFees = [...cancelRows.values()].map((told) => mostComplete(told)?.fees ?? []);
  return [...rowFees, ...cancelFees].flat();
}

function bestTold(rows: readonly OracleRow[], ties: TieOrder): OracleRow | null {
  const sorted = [...rows].sort(
    (left, right) =>
      feeCompleteness(right.report.fees) - feeCompleteness(left.report.fees) || compareRows(right, left, ties),
  );
  return sorted[0] ?? null;
}

function mostComplete(cancels: readonly OracleCancel[]): OracleCancel | null {
  const sorted = [...cancels].sort((left, right) => feeCompleteness(right.fees) - feeCompleteness(left.fees));
  return sorted[0] ?? null;
}

function rowTier({ report }: OracleRow): number {
  const numbered = report.sequence !== null || report.transactionIds.length > 0;
  return 2 * report.authority + (numbered ? 1 : 0);
}

function cancelTier(cancel: OracleCancel): number {
  return 2 * cancel.authority + (cancel.sequence === null ? 0 : 1);
}

function rowKey(row: OracleRow): string {
  if (row.report.sequence !== null) return `row:${row.report.sequence}`;
  const [transactionId] = row.report.transactionIds;
  return transactionId === undefined ? `execution:${row.revision}` : `transaction:${transactionId}`;
}
