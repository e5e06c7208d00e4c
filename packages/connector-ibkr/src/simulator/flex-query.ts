import { flexAfColumns, flexTcfColumns } from "./flex-columns.ts";
import type { FlexTimeFormat } from "./flex-time.ts";
import type { FlexRow } from "./flex-xml-text.ts";

/** A level of detail that can be ticked; each has an element of its own among the rows. */
export type FlexLevel = "EXECUTION" | "ORDER" | "SYMBOL_SUMMARY" | "ASSET_SUMMARY" | "CLOSED_LOT" | "WASH_SALE";

/** What a query covers when a request does not say. Finished days are those before today in New York. */
export type FlexPeriod =
  | { readonly kind: "last-days"; readonly days: number }
  | { readonly kind: "last-business-day" }
  | { readonly kind: "today" }
  | { readonly kind: "fixed"; readonly fromDay: string; readonly toDay: string };

/** A query as its owner set it up in Client Portal. */
export interface FlexQuery {
  readonly id: string;
  readonly name: string;
  /** Activity statement, or trade confirmations. */
  readonly type: "AF" | "TCF";
  /** Null for all accounts of the login. */
  readonly accounts: readonly string[] | null;
  readonly period: FlexPeriod;
  /** What fd, td and p do: what they say; nothing; 1003 (they contradict the saved period); 1019 for ever. */
  readonly override: "honored" | "ignored" | "conflicts" | "hangs";
  /** Attributes shown, in this order. */
  readonly columns: readonly string[];
  readonly levels: readonly FlexLevel[];
  /** One statement for each business day. */
  readonly breakoutByDay: boolean;
  /** With a breakout by day: whether days without activity have a statement, which IBKR does not publish. */
  readonly quietDays: "empty" | "left-out";
  /** One statement for all accounts, with a copy of every row for the account "-". */
  readonly consolidated: boolean;
  readonly time: FlexTimeFormat;
  readonly numbers: "plain" | "thousands";
  readonly quote: '"' | "'";
  /** What stands for no rows: an empty element or none. */
  readonly empty: "element" | "absent";
  /** Whether other sections stand around the trades: AccountInformation and CashTransactions. */
  readonly otherSections: boolean;
  readonly rowOrder: "booked" | "newest-first" | "by-symbol";
  readonly format: "xml" | "csv";
  /** The last word on every row before it is written; null leaves the row out. */
  readonly editRow: ((row: FlexRow) => FlexRow | null) | null;
}

/** Settings of a query. @defaultValue all columns, executions only, IBKR's own formats, 365 days (AF) or today (TCF) */
export type FlexQueryOptions = Partial<FlexQuery> & Pick<FlexQuery, "type">;

/** A whole query. */
export function flexQuery(options: FlexQueryOptions): FlexQuery {
  const af = options.type === "AF";
  return {
    id: af ? "1000001" : "1000002",
    name: af ? "Trades" : "Confirms",
    accounts: null,
    period: af ? { kind: "last-days", days: 365 } : { kind: "today" },
    override: "honored",
    columns: af ? flexAfColumns : flexTcfColumns,
    levels: ["EXECUTION"],
    breakoutByDay: false,
    quietDays: "empty",
    consolidated: false,
    time: { date: "yyyyMMdd", time: "HHmmss", separator: ";", zone: "none" },
    numbers: "plain",
    quote: '"',
    empty: "element",
    otherSections: false,
    rowOrder: "booked",
    format: "xml",
    editRow: null,
    ...options,
  };
}
