import { activityNames, confirmationNames } from "./flex-row.ts";

/** What is lost without a column, the gravest first. */
export type FlexColumnUse = "identity" | "amount" | "time" | "correction" | "fee" | "detail";

/** A column that the Flex query should have and has not. */
export interface MissingFlexColumn {
  /** The attribute's name in the document. */
  readonly column: string;
  /** What to tick in the query's section. */
  readonly label: string;
  readonly use: FlexColumnUse;
  /** What goes wrong without it, as a sentence. */
  readonly message: string;
}

/** What a person must change in a Flex query. */
export interface FlexQueryCheck {
  /** In the order of {@link FlexColumnUse}; empty when there is nothing to do. */
  readonly missing: readonly MissingFlexColumn[];
  /** True when rows cannot be read, or not told apart, without the missing columns. */
  readonly blocking: boolean;
  /** All of it in one sentence; null when there is nothing to do. */
  readonly message: string | null;
}

/**
 * Lists the columns that a Flex query lacks, from the columns seen on a statement's rows (`FlexEndEvent.columns`). A
 * statement without rows shows no columns: nothing can be said, and nothing is missing.
 *
 * @example
 * const { message } = checkFlexQuery({ type: "AF", columns: end.columns });
 */
export function checkFlexQuery(statement: {
  readonly type: "AF" | "TCF";
  readonly columns: readonly string[];
}): FlexQueryCheck {
  const seen = new Set(statement.columns);
  if (seen.size === 0) return { missing: [], blocking: false, message: null };
  const missing = wanted(statement.type).filter(({ column, instead = [] }) => {
    return !seen.has(column) && !(instead.length > 0 && instead.every((other) => seen.has(other)));
  });
  const listed = missing.map(({ column, label, use }) => ({ column, label, use, message: `${label}: ${losses[use]}` }));
  const labels = listed.map(({ label }) => label).join(", ");
  return {
    missing: listed,
    blocking: listed.some(({ use }) => blockingUses.has(use)),
    message:
      listed.length === 0 ? null : `The Flex query lacks columns. Tick in ${sections[statement.type]}: ${labels}`,
  };
}

const sections = {
  AF: "Trades, at the level Executions",
  TCF: "Trade Confirmations, at the level Executions",
} as const;

const blockingUses: ReadonlySet<FlexColumnUse> = new Set<FlexColumnUse>(["identity", "amount", "time"]);

const losses: Readonly<Record<FlexColumnUse, string>> = {
  identity: "without it fills cannot be told apart safely, nor matched with IBKR's other interfaces",
  amount: "without it rows cannot be read as fills",
  time: "without it rows have no time and cannot be read as fills",
  correction: "without it canceled fills may count, or bookings may look like fills",
  fee: "without it fees are unknown or incomplete",
  detail: "without it trades show less, or partial fills of an order stand alone",
};

interface WantedColumn {
  readonly column: string;
  readonly label: string;
  readonly use: FlexColumnUse;
  /** Columns that together say the same. */
  readonly instead?: readonly string[];
}

function wanted(type: "AF" | "TCF"): readonly WantedColumn[] {
  const names = type === "AF" ? activityNames : confirmationNames;
  const [rowId, canceledRowId] = type === "AF" ? (["transactionID", "origTransactionID"] as const) : [];
  const columns: (readonly [FlexColumnUse, string | undefined, string])[] = [
    ["identity", "accountId", "Account ID"],
    ["identity", names.executionId, "IB Execution ID"],
    ["identity", rowId, "Transaction ID"],
    ["identity", "tradeID", "Trade ID"],
    ["identity", "conid", "Conid"],
    ["amount", "symbol", "Symbol"],
    ["amount", "assetCategory", "Asset Class"],
    ["amount", "currency", "Currency"],
    ["amount", "multiplier", "Multiplier"],
    ["amount", "buySell", "Buy/Sell"],
    ["amount", "quantity", "Quantity"],
    ["amount", names.price, type === "AF" ? "Trade Price" : "Price"],
    ["time", "dateTime", "Date/Time"],
    ["correction", "transactionType", "Transaction Type"],
    ["correction", names.notes, type === "AF" ? "Notes/Codes" : "Code"],
    ["correction", "origTradeID", "Orig Trade ID"],
    ["correction", canceledRowId, "Orig Transaction ID"],
    ["correction", "levelOfDetail", "Level of Detail"],
    ["fee", names.commission, type === "AF" ? "IB Commission" : "Commission"],
    ["fee", names.commissionCurrency, type === "AF" ? "IB Commission Currency" : "Commission Currency"],
    ["fee", names.charges[0], type === "AF" ? "Taxes" : "Tax"],
    ["detail", names.orderId, type === "AF" ? "IB Order ID" : "Order ID"],
    ["detail", "orderReference", "Order Reference"],
    ["detail", "exchange", "Exchange"],
  ];
  return columns.flatMap(([use, column, label]) => {
    if (column === undefined) return [];
    return [{ column, label, use, ...(column === "dateTime" ? { instead: ["tradeDate", "tradeTime"] } : {}) }];
  });
}
