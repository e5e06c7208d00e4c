import { flexAfRow } from "./flex-af-row.ts";
import { lotRow, type SummaryLevel, summaryRow } from "./flex-other-levels.ts";
import type { FlexQuery } from "./flex-query.ts";
import { flexTcfRow } from "./flex-tcf-row.ts";
import { flexTime } from "./flex-time.ts";
import type { FlexRow } from "./flex-xml-text.ts";
import type { SimulatedAccount } from "./ibkr-simulator.ts";
import type { SimulatedEntry } from "./simulated-fill.ts";

/** One statement of a document. */
export interface FlexStatementSource {
  readonly account: SimulatedAccount;
  readonly fromDay: string;
  readonly toDay: string;
  /** As the statement names it: "", "Today", "LastBusinessDay", "Last365CalendarDays". */
  readonly period: string;
  /** Read once, and one by one, when the query asks for executions alone in the order of booking. */
  readonly entries: Iterable<SimulatedEntry>;
}

type Attributes = Readonly<Record<string, string>>;

/** The rows of a statement, as the query wants them. Combos as a whole have none: statements show their legs. */
export function* flexRows(source: FlexStatementSource, query: FlexQuery): Generator<FlexRow, void, undefined> {
  const context = { account: source.account, time: flexTime(query.time) };
  const attributesOf = (entry: SimulatedEntry) => (query.type === "AF" ? flexAfRow : flexTcfRow)(entry, context);
  for (const row of leveledRows(orderedEntries(source.entries, query), query, attributesOf)) {
    const chosen = { element: row.element, attributes: chosenColumns(row.attributes, query) };
    const copies = query.consolidated ? [chosen, consolidatedCopy(chosen)] : [chosen];
    for (const copy of copies) {
      const edited = query.editRow === null ? copy : query.editRow(copy);
      if (edited !== null) yield edited;
    }
  }
}

/** The element of a level; executions are named after the type of the query. */
function elementOf(level: FlexQuery["levels"][number], type: "AF" | "TCF"): string {
  const elements = {
    EXECUTION: type === "AF" ? "Trade" : "TradeConfirm",
    ORDER: "Order",
    SYMBOL_SUMMARY: "SymbolSummary",
    ASSET_SUMMARY: "AssetSummary",
    CLOSED_LOT: "Lot",
    WASH_SALE: "WashSale",
  };
  return elements[level];
}

function* orderedEntries(entries: Iterable<SimulatedEntry>, { rowOrder }: FlexQuery): Generator<SimulatedEntry> {
  if (rowOrder === "booked") {
    for (const entry of entries) if (hasRow(entry)) yield entry;
    return;
  }
  const rows = [...entries].filter(hasRow);
  if (rowOrder === "newest-first") yield* rows.reverse();
  else yield* rows.sort((one, other) => compareText(symbolOf(one), symbolOf(other)));
}

function hasRow(entry: SimulatedEntry): boolean {
  return entry.kind === "cancel" || entry.instrument.kind !== "combo";
}

function symbolOf(entry: SimulatedEntry): string {
  return (entry.kind === "cancel" ? entry.canceled : entry).instrument.symbol;
}

function compareText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

// Summaries stand before what they sum up, lots after the execution that closed them.
function* leveledRows(
  entries: Iterable<SimulatedEntry>,
  query: FlexQuery,
  attributesOf: (entry: SimulatedEntry) => Attributes,
): Generator<FlexRow> {
  const { levels, type } = query;
  const summaries = summaryKeys.filter(({ level }) => levels.includes(level));
  yield* grouped([...summaries], function* executions(list) {
    for (const entry of list) {
      const attributes = attributesOf(entry);
      if (levels.includes("EXECUTION")) yield { element: elementOf("EXECUTION", type), attributes };
      const closing = entry.kind === "fill" && entry.effect !== "open" && entry.effect !== null;
      for (const level of ["CLOSED_LOT", "WASH_SALE"] as const) {
        if (closing && levels.includes(level))
          yield { element: elementOf(level, type), attributes: lotRow(attributes, level) };
      }
    }
  })(entries);

  function grouped(
    left: readonly { readonly level: SummaryLevel; readonly key: (attributes: Attributes) => string }[],
    rows: (list: Iterable<SimulatedEntry>) => Generator<FlexRow>,
  ): (list: Iterable<SimulatedEntry>) => Generator<FlexRow> {
    const [first, ...rest] = left;
    if (first === undefined) return rows;
    return function* withSummary(list) {
      for (const group of groupsOf(list, (entry) => first.key(attributesOf(entry)))) {
        const attributes = summaryRow(group.map(attributesOf), first.level);
        yield { element: elementOf(first.level, type), attributes };
        yield* grouped(rest, rows)(group);
      }
    };
  }
}

const summaryKeys = [
  { level: "ASSET_SUMMARY", key: (row: Attributes) => `${row.assetCategory} ${row.currency}` },
  { level: "SYMBOL_SUMMARY", key: (row: Attributes) => `${row.conid}` },
  { level: "ORDER", key: (row: Attributes) => `${row.ibOrderID ?? row.orderID} ${row.buySell} ${row.tradeDate}` },
] as const satisfies readonly { level: SummaryLevel; key: (row: Attributes) => string }[];

function groupsOf(
  list: Iterable<SimulatedEntry>,
  keyOf: (entry: SimulatedEntry) => string,
): Iterable<SimulatedEntry[]> {
  const groups = new Map<string, SimulatedEntry[]>();
  for (const entry of list) {
    const key = keyOf(entry);
    const group = groups.get(key) ?? [];
    group.push(entry);
    groups.set(key, group);
  }
  return groups.values();
}

const GROUPED_NUMBERS = new Set([
  "quantity",
  "tradeMoney",
  "amount",
  "proceeds",
  "netCash",
  "cost",
  "tradePrice",
  "price",
]);

function chosenColumns(attributes: Attributes, { columns, numbers }: FlexQuery): Attributes {
  const chosen: Record<string, string> = {};
  for (const name of columns) {
    const value = attributes[name] ?? "";
    chosen[name] = numbers === "thousands" && GROUPED_NUMBERS.has(name) ? withThousands(value) : value;
  }
  return chosen;
}

function withThousands(value: string): string {
  const [whole = "", ...fraction] = value.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

// Real statements show such copies for cash; for trades they are made, with nothing but the account to tell them by.
function consolidatedCopy({ element, attributes }: FlexRow): FlexRow {
  const alias = "acctAlias" in attributes ? { acctAlias: "-" } : {};
  return { element, attributes: { ...attributes, ...("accountId" in attributes ? { accountId: "-" } : {}), ...alias } };
}
