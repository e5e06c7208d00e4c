import type { StoredExecution, Trade } from "@fillbook/core";
import { type ExpectedBook, inFixedOrder } from "./oracle.ts";
import { amount } from "./oracle-amount.ts";
import { instantText, realId } from "./oracle-report.ts";
import { type ExpectedTrade, feeSums } from "./oracle-trade.ts";

/** What was read from a real book; only open problems belong here, and only imported trades. */
export interface ObservedRows {
  readonly trades: readonly Trade[];
  readonly executions: readonly StoredExecution[];
  readonly problems: readonly { readonly kind: string }[];
}

/** A real book in the form of an {@link ExpectedBook}, so that the two can be compared with toEqual. */
export function observedBook(rows: ObservedRows): ExpectedBook {
  const canonical = rows.executions.filter((execution) => execution.canonical);
  return {
    trades: inFixedOrder(rows.trades.map(observedTrade)),
    canonical: inFixedOrder(
      canonical.map((execution) => ({
        broker: execution.broker,
        account: execution.account,
        executionId: realId(execution.executionId),
        side: execution.side,
        quantity: execution.quantity,
        price: execution.price,
        executedAt: instantText(execution.executedAt),
      })),
    ),
    problems: {
      conflict: countOf(rows, "conflict"),
      unmatched_cancel: countOf(rows, "unmatched_cancel"),
      ambiguous_identity: countOf(rows, "ambiguous_identity"),
    },
  };
}

/** A trade as the oracle writes it; texts that are already canonical stay as they are, so padding is not hidden. */
export function observedTrade(trade: Trade): ExpectedTrade {
  return {
    broker: trade.broker,
    account: trade.account,
    instrument: trade.instrument.conid ?? trade.instrument.symbol,
    side: trade.side,
    status: trade.status,
    quantity: trade.quantity,
    averagePrice: trade.averagePrice,
    fees: feeSums(trade.fees.map((fee) => ({ amount: amount(fee.amount), currency: fee.currency }))),
    unknownFeeCount: trade.unknownFeeCount,
    executionCount: trade.executionCount,
    canceledCount: trade.canceledCount,
    firstExecutedAt: trade.firstExecutedAt,
    lastExecutedAt: trade.lastExecutedAt,
  };
}

function countOf(rows: ObservedRows, kind: string): number {
  return rows.problems.filter((problem) => problem.kind === kind).length;
}
