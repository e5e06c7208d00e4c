import { compareDecimals, divideDecimal } from "./decimal.ts";
import type { Fee } from "./execution.ts";
import type { Link, TradeRow, TradeTotals } from "./plan/plan-types.ts";
import type { Trade } from "./read-types.ts";

/** A stored trade as hosts see it: status, average price, fees and link follow from its totals. */
export function tradeView(row: TradeRow): Trade {
  const { totals } = row;
  const active = totals.activeCount > 0;
  return {
    id: row.id,
    userId: row.owner,
    broker: row.broker,
    account: row.account,
    connectionId: row.connectionId,
    source: row.broker,
    orderId: row.orderId,
    instrument: row.instrument,
    side: row.side,
    status: statusOf(totals),
    quantity: totals.quantity,
    averagePrice: active ? divideDecimal(totals.notional, totals.quantity) : null,
    fees: feesOf(totals),
    unknownFeeCount: totals.unknownFeeCount,
    executionCount: totals.activeCount,
    canceledCount: totals.canceledCount,
    firstExecutedAt: totals.first.executedAt,
    lastExecutedAt: totals.last.executedAt,
    inbox: totals.links.length > 0 ? "reviewed" : "pending_review",
    link: totals.links.at(-1)?.link ?? null,
    changedSinceReview: isChangedSinceReview(totals),
    lastJobId: row.lastJobId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}

function statusOf({ activeCount, quantity, orderQuantity }: TradeTotals): Trade["status"] {
  if (activeCount === 0) return "canceled";
  if (orderQuantity === null) return "unknown";
  return compareDecimals(quantity, orderQuantity.quantity) < 0 ? "partial" : "filled";
}

function feesOf(totals: TradeTotals): Fee[] {
  return totals.fees.map(({ amount, currency, estimatedCount }) => {
    return { amount, currency, ...(estimatedCount > 0 ? { estimated: true as const } : {}) };
  });
}

function isChangedSinceReview({ links, activeCount, canceledCount, staleCount }: TradeTotals): boolean {
  if (links.length === 0) return false;
  const decided = links.reduce((count, link) => count + link.count, 0);
  return decided < activeCount + canceledCount || staleCount > 0 || new Set(links.map(linkName)).size > 1;
}

function linkName({ link }: { readonly link: Link }): string {
  return JSON.stringify(link);
}
