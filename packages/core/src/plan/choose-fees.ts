import { type Decimal, sumDecimals } from "../decimal.ts";
import type { Fee } from "../execution.ts";
import { completeness, realSequence } from "../rank.ts";
import type { PlanRow } from "./fold.ts";
import type { CancelRow } from "./plan-types.ts";

/**
 * The fees of a fill, chosen apart from its canonical report; null while no report knows them.
 *
 * Where a statement gives each row its own share (`feeBasis: "row"`), the fee is the sum over the statement's rows:
 * canceled ones and the cancel rows themselves included, live reports not added. Otherwise known beats estimated beats
 * unknown, then the higher rank wins.
 */
export function chooseFees(
  rows: readonly PlanRow[],
  voided: ReadonlySet<PlanRow>,
  cancels: readonly CancelRow[],
): readonly Fee[] | null {
  const shares = rows.some((row) => row.report.feeBasis === "row" && row.report.fees !== null);
  if (shares) return sumFees(statementShares(rows, cancels));
  const alive = rows.filter((row) => !voided.has(row));
  let best: PlanRow | null = null;
  for (const row of alive.length > 0 ? alive : rows) {
    if (best === null || isMoreComplete(row, best)) best = row;
  }
  return best === null ? null : best.report.fees;
}

function isMoreComplete(row: PlanRow, best: PlanRow): boolean {
  const difference = completeness(row.report.fees) - completeness(best.report.fees);
  return difference > 0 || (difference === 0 && row.rank > best.rank);
}

/** One row's own fees: `key` is equal for the same row told twice, `tier` higher for the more final document. */
interface Share {
  readonly key: string;
  readonly kind: "execution" | "cancel";
  readonly tier: number;
  readonly rank: string;
  readonly fees: readonly Fee[];
}

// Numbered rows are a statement's; rows without numbers are confirmations, which count only where no statement has fees.
function statementShares(rows: readonly PlanRow[], cancels: readonly CancelRow[]): readonly (readonly Fee[])[] {
  const shares: Share[] = [];
  for (const { report, revision, rank } of rows) {
    if (report.feeBasis !== "row" || report.fees === null) continue;
    const rowId =
      realSequence(report.sequence) ?? report.aliasKeys.find((alias) => alias.includes("/transaction:")) ?? null;
    shares.push(share({ kind: "execution", rowId, revision, rank, fees: report.fees }, report.source.authority));
  }
  for (const cancel of cancels) {
    if (cancel.fees === null) continue;
    const row = { kind: "cancel", rowId: realSequence(cancel.sequence), revision: cancel.revision ?? 0 } as const;
    shares.push(share({ ...row, rank: cancel.cancelKey, fees: cancel.fees }, cancel.source.authority));
  }
  let tier = 0;
  for (const one of shares) if (one.kind === "execution") tier = Math.max(tier, one.tier);
  const chosen = new Map<string, Share>();
  for (const one of shares) {
    if (one.tier !== tier) continue;
    const other = chosen.get(one.key);
    if (other === undefined || isBetterShare(one, other)) chosen.set(one.key, one);
  }
  return [...chosen.values()].map((one) => one.fees);
}

function share(
  row: { kind: "execution" | "cancel"; rowId: string | null; revision: number; rank: string; fees: readonly Fee[] },
  authority: 1 | 2,
): Share {
  const key = row.rowId === null ? `${row.kind}:${row.revision}` : `row:${row.rowId}`;
  return { key, tier: authority * 2 + (row.rowId === null ? 0 : 1), rank: row.rank, fees: row.fees, kind: row.kind };
}

function isBetterShare(one: Share, other: Share): boolean {
  const difference = completeness(one.fees) - completeness(other.fees);
  return difference > 0 || (difference === 0 && one.rank > other.rank);
}

function sumFees(lists: readonly (readonly Fee[])[]): readonly Fee[] {
  const byCurrency = new Map<string, { amounts: Decimal[]; estimated: boolean }>();
  for (const fee of lists.flat()) {
    const sum = byCurrency.get(fee.currency) ?? { amounts: [], estimated: false };
    sum.amounts.push(fee.amount);
    sum.estimated ||= fee.estimated === true;
    byCurrency.set(fee.currency, sum);
  }
  return [...byCurrency]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([currency, { amounts, estimated }]) => {
      return { amount: sumDecimals(amounts), currency, ...(estimated ? { estimated: true as const } : {}) };
    });
}
