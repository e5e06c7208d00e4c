import { amountText, averageText } from "./oracle-amount.ts";
import { compareText } from "./oracle-rank.ts";
import type { OracleFee, OracleReport } from "./oracle-report.ts";

/** One fill after all rules, ready to be summed. */
export interface OracleFill {
  readonly familyKeys: readonly string[];
  readonly orderKey: string;
  /** The canonical report; for a canceled fill the highest of its voided ones, which only tells time and instrument. */
  readonly report: OracleReport;
  readonly canceled: boolean;
  readonly conflict: boolean;
  readonly fees: readonly OracleFee[] | null;
  readonly orderQuantity: bigint | null;
}

export interface ExpectedTrade {
  readonly broker: string;
  readonly account: string;
  /** The broker's instrument number, else the symbol. */
  readonly instrument: string;
  readonly side: "buy" | "sell";
  readonly status: "filled" | "partial" | "canceled" | "unknown";
  readonly quantity: string;
  readonly averagePrice: string | null;
  /** Amounts by currency in the order of the currencies; amounts of zero are left out. */
  readonly fees: readonly { readonly amount: string; readonly currency: string }[];
  readonly unknownFeeCount: number;
  readonly executionCount: number;
  readonly canceledCount: number;
  readonly firstExecutedAt: string;
  readonly lastExecutedAt: string;
}

/** The trade of the fills of one order. */
export function expectedTrade(fills: readonly OracleFill[]): ExpectedTrade {
  const counting = fills.filter((fill) => !fill.canceled);
  const told = (counting.length > 0 ? counting : fills).toSorted((left, right) =>
    compareText(left.report.executedAt, right.report.executedAt),
  );
  const [first, last] = [told[0]?.report, told.at(-1)?.report];
  if (first === undefined || last === undefined) throw new RangeError("a trade has at least one fill");
  const quantity = counting.reduce((sum, fill) => sum + fill.report.quantity, 0n);
  const notional = counting.reduce((sum, fill) => sum + fill.report.quantity * fill.report.price, 0n);
  return {
    broker: first.broker,
    account: first.account,
    instrument: last.instrument,
    side: last.side,
    status: counting.length === 0 ? "canceled" : countingStatus(told, quantity),
    quantity: amountText(quantity),
    averagePrice: counting.length === 0 ? null : averageText(notional, quantity),
    fees: feeSums(fills.flatMap((fill) => fill.fees ?? [])),
    unknownFeeCount: fills.filter((fill) => fill.fees === null).length,
    executionCount: counting.length,
    canceledCount: fills.length - counting.length,
    firstExecutedAt: first.executedAt,
    lastExecutedAt: last.executedAt,
  };
}

function countingStatus(byTime: readonly OracleFill[], quantity: bigint): ExpectedTrade["status"] {
  const orderQuantity = byTime.findLast((fill) => fill.orderQuantity !== null)?.orderQuantity ?? null;
  if (orderQuantity === null) return "unknown";
  return quantity < orderQuantity ? "partial" : "filled";
}

/** Sums by currency, without zeros. */
export function feeSums(fees: readonly Pick<OracleFee, "amount" | "currency">[]): ExpectedTrade["fees"] {
  const sums = new Map<string, bigint>();
  for (const fee of fees) sums.set(fee.currency, (sums.get(fee.currency) ?? 0n) + fee.amount);
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .sort(([left], [right]) => compareText(left, right))
    .map(([currency, sum]) => ({ amount: amountText(sum), currency }));
}
