import { cancelEffect } from "./oracle-cancel.ts";
import { chooseFees } from "./oracle-fees.ts";
import { foldFamilies, type PlannedFill } from "./oracle-fold.ts";
import { orderKey } from "./oracle-order.ts";
import { compareRank, feeCompleteness, highest, type OracleRow, type TieOrder } from "./oracle-rank.ts";
import type { OracleCancel, OracleReport } from "./oracle-report.ts";
import { feeSums, type OracleFill } from "./oracle-trade.ts";

/** What an account's reports mean, up to the arbitrary order of rows that rank equal. */
export interface AccountPlan {
  readonly fills: readonly PlannedFill[];
  readonly cancels: readonly OracleCancel[];
  readonly ambiguousCount: number;
  readonly unmatchedCancelCount: number;
}

/** Folds the families and takes away the fills without ids that are the same as fills with ids. */
export function planAccount(reports: readonly OracleReport[], cancels: readonly OracleCancel[]): AccountPlan {
  const { fills, ambiguousCount } = foldFamilies(reports);
  const unmatched = cancels.filter((cancel) =>
    fills.every((fill) => cancelEffect(fill, [cancel]).matched.length === 0),
  );
  return {
    fills: fills.filter((fill) => fill.familyClass !== "content" || !isClaimed(fill, fills)),
    cancels,
    ambiguousCount,
    unmatchedCancelCount: unmatched.length,
  };
}

/** The fills of an account for one order of the rows that rank equal. */
export function settleAccount(plan: AccountPlan, ties: TieOrder): OracleFill[] {
  return plan.fills.flatMap((fill) => {
    const settled = settleFill(fill, plan.cancels, ties);
    return settled === null ? [] : [settled];
  });
}

/** Groups of two or more different rows that rank equal, which the rules leave to an arbitrary stable order. */
export function tiedRows(plan: AccountPlan): readonly (readonly OracleRow[])[] {
  return plan.fills.flatMap((fill) => {
    const groups: OracleRow[][] = [];
    for (const row of fill.rows) {
      const group = groups.find(([member]) => member !== undefined && compareRank(member, row) === 0);
      if (group === undefined) groups.push([row]);
      else group.push(row);
    }
    return groups.filter((group) => group.length > 1);
  });
}

/** Fill number i without ids is real only when fewer than i + 1 fills with ids have its content. */
function isClaimed(fill: PlannedFill, fills: readonly PlannedFill[]): boolean {
  const report = fill.rows[0]?.report;
  if (report === undefined) return false;
  const claims = fills.filter(
    (other) => other.familyClass !== "content" && other.rows.some((row) => row.report.content === report.content),
  );
  return report.ordinal < claims.length;
}

function settleFill(fill: PlannedFill, cancels: readonly OracleCancel[], ties: TieOrder): OracleFill | null {
  const effect = cancelEffect(fill, cancels);
  const unvoided = fill.rows.filter((row) => !effect.voided.has(row));
  const shown = highest(unvoided.length > 0 ? unvoided : fill.rows, ties);
  if (shown === null) return null;
  const knowing = unvoided.filter((row) => row.report.orderQuantity !== null);
  return {
    familyKeys: fill.familyKeys,
    orderKey: orderKey(fill, ties),
    report: shown.report,
    canceled: unvoided.length === 0,
    conflict: unvoided.some((left) => unvoided.some((right) => contradicts(left, right))),
    fees: chooseFees(fill, effect, ties),
    orderQuantity: highest(knowing, ties)?.report.orderQuantity ?? null,
  };
}

function contradicts(left: OracleRow, right: OracleRow): boolean {
  const [one, other] = [left.report, right.report];
  if (left.revision !== right.revision || one.authority !== other.authority || one.sequence !== other.sequence) {
    return false;
  }
  const sameFacts =
    one.side === other.side &&
    one.quantity === other.quantity &&
    one.price === other.price &&
    one.instrument === other.instrument;
  return !sameFacts || differsInKnownFees(one, other);
}

function differsInKnownFees(left: OracleReport, right: OracleReport): boolean {
  if (feeCompleteness(left.fees) < 2 || feeCompleteness(right.fees) < 2) return false;
  return JSON.stringify(feeSums(left.fees ?? [])) !== JSON.stringify(feeSums(right.fees ?? []));
}
