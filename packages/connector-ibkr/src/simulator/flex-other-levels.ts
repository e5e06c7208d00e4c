import { divideDecimals, plainDecimal, sumDecimals } from "./exact-decimal.ts";

/** A level whose rows sum up executions. */
export type SummaryLevel = "ORDER" | "SYMBOL_SUMMARY" | "ASSET_SUMMARY";

type Attributes = Readonly<Record<string, string>>;

/** The row that sums up these executions: same attributes, ids empty, amounts added, "MULTI" where they differ. */
export function summaryRow(rows: readonly Attributes[], level: SummaryLevel): Attributes {
  const summary: Record<string, string> = { ...rows[0], levelOfDetail: level };
  for (const name of EMPTY) if (name in summary) summary[name] = "";
  for (const name of SUMMED) if (name in summary) summary[name] = sumOf(rows, name);
  for (const name of ["reportDate", "tradeDate", "settleDate", "settleDateTarget"]) {
    if (name in summary) summary[name] = same(rows, name) ?? "MULTI";
  }
  for (const name of ["tradePrice", "price"]) if (name in summary) summary[name] = averagePrice(summary);
  if (level === "ORDER")
    return { ...summary, exchange: "", ...("openCloseIndicator" in summary ? { openCloseIndicator: "-" } : {}) };
  for (const name of ["dateTime", "orderTime", "tradeTime", "ibOrderID", "orderID", "orderReference"]) {
    if (name in summary) summary[name] = "";
  }
  summary.exchange = "MULTI";
  if (level === "ASSET_SUMMARY") for (const name of INSTRUMENT) if (name in summary) summary[name] = "";
  return summary;
}

/** The lot that an execution closed, or the wash sale it became: the execution's attributes without its ids. */
export function lotRow(execution: Attributes, level: "CLOSED_LOT" | "WASH_SALE"): Attributes {
  const lot: Record<string, string> = { ...execution, levelOfDetail: level, openDateTime: execution.dateTime ?? "" };
  for (const name of [...EMPTY, "exchange", "orderTime"]) if (name in lot) lot[name] = "";
  return lot;
}

const EMPTY = [
  "transactionType",
  "tradeID",
  "transactionID",
  "ibExecID",
  "execID",
  "extExecID",
  "brokerageOrderID",
  "notes",
  "code",
  "origTradePrice",
  "origTradeID",
  "origTransactionID",
  "isAPIOrder",
  "blockID",
];

const SUMMED = [
  "quantity",
  "tradeMoney",
  "amount",
  "proceeds",
  "netCash",
  "netCashWithBillable",
  "taxes",
  "tax",
  "ibCommission",
  "commission",
  "brokerExecutionCommission",
  "cost",
  "mtmPnl",
];

const INSTRUMENT = [
  "symbol",
  "description",
  "conid",
  "securityID",
  "securityIDType",
  "cusip",
  "isin",
  "figi",
  "listingExchange",
  "underlyingConid",
  "underlyingSymbol",
  "strike",
  "expiry",
  "putCall",
  "buySell",
];

function sumOf(rows: readonly Attributes[], name: string): string {
  return plainDecimal(sumDecimals(rows.map((row) => row[name] ?? "0")));
}

function same(rows: readonly Attributes[], name: string): string | null {
  const values = new Set(rows.map((row) => row[name]));
  return values.size === 1 ? (rows[0]?.[name] ?? "") : null;
}

// Nine decimals, as statements have them.
function averagePrice(summary: Attributes): string {
  const money = summary.tradeMoney ?? summary.amount ?? "0";
  const quantity = summary.quantity ?? "0";
  if (/^-?0*\.?0*$/.test(quantity)) return "0";
  const perUnit = divideDecimals(money, quantity, 12);
  return plainDecimal(divideDecimals(perUnit, summary.multiplier || "1", 9));
}
