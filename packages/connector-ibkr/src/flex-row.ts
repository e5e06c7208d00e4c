import type { Json } from "@fillbook/core";

/** A stored row: attributes as text. Whatever a store gives back instead is read as an absent column. */
export type FlexRow = { readonly [name: string]: Json };

/** The columns that the two documents name differently (section Trades and section Trade Confirmations). */
export interface FlexNames {
  readonly executionId: string;
  readonly orderId: string;
  readonly price: string;
  readonly commission: string;
  readonly commissionCurrency: string;
  /** Charges beside the commission, in the row's currency. */
  readonly charges: readonly string[];
  readonly notes: string;
}

/** The names that a row's element uses; null for an element that is not a row. */
export function flexNames(element: Json | undefined): FlexNames | null {
  if (element === "Trade") return activityNames;
  return element === "TradeConfirm" ? confirmationNames : null;
}

export const activityNames: FlexNames = {
  executionId: "ibExecID",
  orderId: "ibOrderID",
  price: "tradePrice",
  commission: "ibCommission",
  commissionCurrency: "ibCommissionCurrency",
  charges: ["taxes"],
  notes: "notes",
};

// `brokerExecutionCommission` and its like are the parts that `commission` is the sum of.
export const confirmationNames: FlexNames = {
  executionId: "execID",
  orderId: "orderID",
  price: "price",
  commission: "commission",
  commissionCurrency: "commissionCurrency",
  charges: ["tax", "salesTax", "tradeCharge", "otherTax"],
  notes: "code",
};

/** What a column says; null where it is absent or says "none" (`""`, `"-"`, `"--"`, `"N/A"`). */
export function flexText(row: FlexRow, name: string): string | null {
  const value = row[name];
  if (typeof value !== "string") return null;
  const text = trimmed(value);
  if (text.length > 3) return text;
  return text === "" || text === "-" || text === "--" || text === "N/A" ? null : text;
}

// Every column of every row passes here, and hardly one has blanks.
function trimmed(value: string): string {
  return isVisibleAscii(value.charCodeAt(0)) && isVisibleAscii(value.charCodeAt(value.length - 1))
    ? value
    : value.trim();
}

function isVisibleAscii(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** Like {@link flexText} for ids, where `"0"` also means none. */
export function flexId(row: FlexRow, name: string): string | null {
  const text = flexText(row, name);
  return text === "0" ? null : text;
}

/** True where the query has the column, whatever it says. */
export function hasColumn(row: FlexRow, name: string): boolean {
  return typeof row[name] === "string";
}

/** The codes of `notes` or `code`, such as `P;Ca` or, in old statements, `P;`. */
export function flexNotes(row: FlexRow, names: FlexNames): readonly string[] {
  const text = flexText(row, names.notes);
  if (text === null) return noNotes;
  // Most rows have one code, and taking it apart would find it again.
  return text.includes(";") || text.includes(",") ? text.split(/[;,]/).map((note) => note.trim()) : [text];
}

const noNotes: readonly string[] = [];
