import type { Json } from "@fillbook/core";
import { type Cancel, cancelSchema, type Execution, executionSchema } from "@fillbook/core/connector";
import { flexContext } from "../../src/flex-context.ts";
import { normalizeFlexRow } from "../../src/flex-normalize.ts";

/** A row of an activity statement with every column that is read; the values are made. */
export const tradeRow = {
  ...{ element: "Trade", accountId: "U1", assetCategory: "STK", symbol: "QZX", conid: "265598", currency: "USD" },
  ...{
    multiplier: "1",
    transactionType: "ExchTrade",
    exchange: "ARCA",
    quantity: "100",
    tradePrice: "20.5",
    taxes: "0",
  },
  ...{ ibCommission: "-1", ibCommissionCurrency: "USD", buySell: "BUY", notes: "", levelOfDetail: "EXECUTION" },
  ...{
    dateTime: "20260112;093004",
    tradeDate: "20260112",
    reportDate: "20260112",
    orderReference: "",
    origTradeID: "",
  },
  ...{ tradeID: "7001", transactionID: "8001", ibExecID: "0000a001.69641001.01.01", ibOrderID: "6001" },
  ...{ origTransactionID: "0", origTradePrice: "0" },
};

/** The row that takes {@link tradeRow} back. */
export const cancelRow = {
  ...tradeRow,
  ...{
    transactionType: "TradeCancel",
    notes: "Ca",
    buySell: "BUY (Ca.)",
    quantity: "-100",
    exchange: "--",
    tradeID: "",
  },
  ...{ transactionID: "8005", ibExecID: "", ibCommission: "0", reportDate: "20260115" },
  ...{ origTradeID: "7001", origTransactionID: "8001", origTradePrice: "20.5" },
};

/** The same fill as a trade confirmation. */
export const confirmRow = {
  ...{
    element: "TradeConfirm",
    accountId: "U1",
    assetCategory: "STK",
    symbol: "QZX",
    conid: "265598",
    currency: "USD",
  },
  ...{ multiplier: "1", transactionType: "ExchTrade", exchange: "ARCA", quantity: "100", price: "20.5", code: "O" },
  ...{ commission: "-1", commissionCurrency: "USD", tax: "0", buySell: "BUY", levelOfDetail: "EXECUTION" },
  ...{ dateTime: "2026-01-12;09:30:04 EST", tradeID: "7001", execID: "0000a001.69641001.01.01", orderID: "6001" },
};

const contexts = { AF: flexContext({ type: "AF", account: "U1" }), TCF: flexContext({ type: "TCF", account: "U1" }) };

/** What core reads of a row that must be a fill. */
export function executionOf(raw: { readonly [name: string]: Json }): Omit<Execution, "raw"> {
  const normalized = normalizeFlexRow(raw, contexts[raw.element === "Trade" ? "AF" : "TCF"]);
  if (normalized.kind !== "execution") throw new Error(JSON.stringify(normalized));
  return executionSchema.parse(normalized.execution);
}

/** What core reads of a row that must be a cancel. */
export function cancelOf(raw: { readonly [name: string]: Json }): Omit<Cancel, "raw"> {
  const normalized = normalizeFlexRow(raw, contexts[raw.element === "Trade" ? "AF" : "TCF"]);
  if (normalized.kind !== "cancel") throw new Error(JSON.stringify(normalized));
  return cancelSchema.parse(normalized.cancel);
}

/** Why a row is neither. */
export function refusalOf(raw: Json): string {
  const normalized = normalizeFlexRow(raw, contexts.AF);
  if (normalized.kind === "ignored" || normalized.kind === "rejected")
    return `${normalized.kind}: ${normalized.reason}`;
  throw new Error(JSON.stringify(normalized));
}

/** The row as a query without these columns gives it. */
export function without(row: { readonly [name: string]: string }, ...columns: string[]): { [name: string]: string } {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name)));
}
