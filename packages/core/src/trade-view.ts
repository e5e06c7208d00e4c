import { compareDecimals, divideDecimal } from "./decimal.ts";
import type { Fee } from "./execution.ts";
import type { Link, TradeRow, TradeTotals } from "./plan/plan-types.ts";
import type { Trade } from "./read-types.ts";

/** The broker of trades that people enter by hand. */
export const MANUAL = "manual";

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
    ...reviewState(totals),
    changedSinceReview: isChangedSinceReview(totals),
    review: reviewOf(totals),
    lastJobId: row.lastJobId,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    version: row.version,
  };
}

/** What a trade is, without what follows from its totals: enough to decide on it. */
export type TradeFacts = Pick<
  Trade,
  "id" | "broker" | "account" | "connectionId" | "source" | "instrument" | "side" | "quantity" | "version"
>;

/** The facts of a stored trade. */
export function tradeFacts(row: TradeRow): TradeFacts {
  const { id, broker, account, connectionId, instrument, side, version, totals } = row;
  return { id, broker, account, connectionId, source: broker, instrument, side, quantity: totals.quantity, version };
}

/** Where a trade stands: what its last decision says, or that it waits for one. */
export function reviewState({ links }: TradeTotals): Pick<Trade, "inbox" | "link"> {
  return { inbox: links.length > 0 ? "reviewed" : "pending_review", link: links.at(-1)?.link ?? null };
}

/** A manual trade that its owner took away: it is in no answer about trades. */
export function isRemovedTrade({ broker, status }: Pick<Trade, "broker" | "status">): boolean {
  return broker === MANUAL && status === "canceled";
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

function isChangedSinceReview(totals: TradeTotals): boolean {
  const { links, undecidedCount, changedCount } = reviewOf(totals);
  return links.length > 0 && (undecidedCount > 0 || changedCount > 0 || links.length > 1);
}

function reviewOf({ links, activeCount, canceledCount, staleCount }: TradeTotals): Trade["review"] {
  const decided = links.reduce((count, link) => count + link.count, 0);
  // The same decision made later stands at its latest place.
  const latest = new Map<string, Link>();
  for (const { link } of links) {
    latest.delete(JSON.stringify(link));
    latest.set(JSON.stringify(link), link);
  }
  return {
    links: [...latest.values()],
    undecidedCount: activeCount + canceledCount - decided,
    changedCount: staleCount,
  };
}
