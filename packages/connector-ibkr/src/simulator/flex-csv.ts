import type { FlexDocumentOptions } from "./flex-document.ts";
import { flexRows } from "./flex-rows.ts";

/** The same rows as a table with a header per statement, which is what a query with format CSV answers. */
export function* flexCsv({ query, statements }: FlexDocumentOptions): Generator<string, void, undefined> {
  for (const statement of statements) {
    yield `${query.columns.map((name) => quoted(HEADERS[name] ?? capitalized(name))).join(",")}\n`;
    for (const { attributes } of flexRows(statement, query)) {
      yield `${query.columns.map((name) => quoted(attributes[name] ?? "")).join(",")}\n`;
    }
  }
}

// Where the header is not the attribute with a capital letter.
const HEADERS: Readonly<Record<string, string>> = {
  accountId: "ClientAccountID",
  acctAlias: "AccountAlias",
  currency: "CurrencyPrimary",
  fxRateToBase: "FXRateToBase",
  assetCategory: "AssetClass",
  isin: "ISIN",
  figi: "FIGI",
  putCall: "Put/Call",
  ibCommission: "IBCommission",
  ibCommissionCurrency: "IBCommissionCurrency",
  openCloseIndicator: "Open/CloseIndicator",
  notes: "Notes/Codes",
  cost: "CostBasis",
  buySell: "Buy/Sell",
  ibOrderID: "IBOrderID",
  ibExecID: "IBExecID",
};

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function quoted(value: string): string {
  return `"${value.replaceAll('"', '""')}"`;
}
