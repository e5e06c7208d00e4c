import type { PlannedFill } from "./oracle-fold.ts";
import { compareSequence, type OracleRow } from "./oracle-rank.ts";
import type { OracleCancel } from "./oracle-report.ts";

/** What the cancels of an account do to one planned fill. */
export interface CancelEffect {
  readonly matched: readonly OracleCancel[];
  readonly voided: ReadonlySet<OracleRow>;
}

/** Which rows the cancels void in this fill; every cancel looks at all rows, so their order does not matter. */
export function cancelEffect(fill: PlannedFill, cancels: readonly OracleCancel[]): CancelEffect {
  const matched: OracleCancel[] = [];
  const voided = new Set<OracleRow>();
  for (const cancel of cancels) {
    const rows = cancel.familyId === null ? voidedByAlias(fill, cancel) : voidedByBust(fill, cancel);
    if (rows.length > 0) matched.push(cancel);
    for (const row of rows) voided.add(row);
  }
  return { matched, voided };
}

function voidedByBust(fill: PlannedFill, cancel: OracleCancel): readonly OracleRow[] {
  if (fill.familyKey !== `x:${cancel.familyId}`) return [];
  return fill.rows.filter((row) => row.revision === cancel.revision && isNotLater(row, cancel));
}

function voidedByAlias(fill: PlannedFill, cancel: OracleCancel): readonly OracleRow[] {
  const named = namedRows(fill, cancel);
  if (named.length === 0) return [];
  const revision = Math.max(...named.map((row) => row.revision));
  // With no row number on either side nothing is known to be later than the cancel: the revision alone is the limit.
  const sequence = cancel.sequence ?? greatestSequence(named);
  return fill.rows.filter(
    (row) =>
      row.revision <= revision &&
      (row.report.sequence === null || sequence === null || row.report.sequence <= sequence),
  );
}

function namedRows(fill: PlannedFill, cancel: OracleCancel): readonly OracleRow[] {
  const ofTransaction = fill.rows.filter((row) => overlap(row.report.transactionIds, cancel.transactionIds));
  if (ofTransaction.length > 0) return ofTransaction.filter((row) => isNotLater(row, cancel));
  const ofTrade = fill.rows.filter((row) => overlap(row.report.tradeIds, cancel.tradeIds));
  const earlier = ofTrade.filter((row) => isEarlier(row, cancel));
  if (earlier.length > 0) return earlier;
  const fitting = ofTrade.filter(
    (row) =>
      (row.report.sequence === null || cancel.sequence === null) &&
      row.report.quantity === cancel.quantity &&
      row.report.price === cancel.price,
  );
  return new Set(fitting.map((row) => row.revision)).size === 1 ? fitting : [];
}

/** True unless both have a row number and the row's is not below the cancel's. */
function isNotLater(row: OracleRow, cancel: OracleCancel): boolean {
  return row.report.sequence === null || cancel.sequence === null || row.report.sequence < cancel.sequence;
}

function isEarlier(row: OracleRow, cancel: OracleCancel): boolean {
  return row.report.sequence !== null && cancel.sequence !== null && row.report.sequence < cancel.sequence;
}

function greatestSequence(rows: readonly OracleRow[]): bigint | null {
  const sequences = rows.map((row) => row.report.sequence);
  return sequences.sort(compareSequence).at(-1) ?? null;
}

function overlap(left: readonly string[], right: readonly string[]): boolean {
  return left.some((id) => right.includes(id));
}
