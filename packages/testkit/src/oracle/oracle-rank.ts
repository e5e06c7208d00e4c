import type { OracleFee, OracleReport } from "./oracle-report.ts";

/** A report as part of a planned fill, with the revision it has there. */
export interface OracleRow {
  readonly report: OracleReport;
  readonly revision: number;
  /** Everything that decisions read, as text: equal texts are one report. */
  readonly text: string;
  /** The earliest moment of all rows of the fill that say the same and rank equal by themselves. */
  readonly factsAt: string | null;
}

/** The place of a row among rows that rank equal: any stable order may be true, so it is given from outside. */
export type TieOrder = ReadonlyMap<string, number>;

/** Negative, zero or positive as `left` ranks below, beside or above `right`, before any arbitrary tie-break. */
export function compareRank(left: OracleRow, right: OracleRow): number {
  return (
    left.revision - right.revision ||
    left.report.authority - right.report.authority ||
    compareSequence(left.report.sequence, right.report.sequence) ||
    feeCompleteness(left.report.fees) - feeCompleteness(right.report.fees) ||
    compareText(left.report.reportedAt ?? "", right.report.reportedAt ?? "") ||
    compareText(left.factsAt ?? "", right.factsAt ?? "") ||
    timeDigits(left) - timeDigits(right) ||
    compareText(left.report.firstReportedAt ?? "", right.report.firstReportedAt ?? "")
  );
}

/** Among reports that say the same the one with the finest time is the best. */
function timeDigits({ report }: OracleRow): number {
  return (/\.(\d*[1-9])/.exec(report.executedAt)?.[1] ?? "").length;
}

/** The greatest row, with the given order among equals. */
export function highest(rows: readonly OracleRow[], ties: TieOrder): OracleRow | null {
  const [first, ...rest] = rows;
  if (first === undefined) return null;
  return rest.reduce((best, row) => (compareRows(row, best, ties) > 0 ? row : best), first);
}

export function compareRows(left: OracleRow, right: OracleRow, ties: TieOrder): number {
  return compareRank(left, right) || (ties.get(left.text) ?? 0) - (ties.get(right.text) ?? 0);
}

/** Unknown below estimated below known; a list without fees is known. */
export function feeCompleteness(fees: readonly OracleFee[] | null): number {
  if (fees === null) return 0;
  return fees.some((fee) => fee.estimated) ? 1 : 2;
}

export function compareSequence(left: bigint | null, right: bigint | null): number {
  if (left === right) return 0;
  return (left ?? -1n) < (right ?? -1n) ? -1 : 1;
}

export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
