import { displayOf } from "./plan-trades.ts";
import type { StoredReport, TradeRow } from "./plan-types.ts";
import { totalsOf } from "./trade-totals.ts";

/**
 * The trade as its fills alone make it: totals summed anew, instrument, side and account of the first fill. What differs
 * from the stored row is wrong in the store. null when none of the reports stands for a fill of this trade.
 *
 * @param members the reports of the trade; those without a fill of their own are passed over.
 */
export function tradeFromMembers(stored: TradeRow, members: readonly StoredReport[]): TradeRow | null {
  const fills = members.flatMap((report) => {
    return report.fill === null || report.tradeId !== stored.id ? [] : [{ report, fill: report.fill }];
  });
  const totals = totalsOf(fills);
  const first = fills.find(({ report }) => report.familyKey === totals?.first.familyKey);
  return totals === null || first === undefined ? null : { ...stored, ...displayOf(first.report), totals };
}
