import { type Instant, instant } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { anExecution, type ExecutionDetails } from "../an-execution.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, playPages, readAll } from "./play.ts";

/** What a filter by symbol finds, in the order of text. */
export const symbolFilters: ReadonlyMap<string, readonly string[]> = new Map([
  ["BTC/USD", ["BTC/USD"]],
  ["xbtusd", ["BTC/USD"]],
  ["Btc-Usd", ["BTC/USD"]],
  ["BTC/USDT", ["BTC/USDT"]],
  ["xbt", ["BTC/EUR", "BTC/USD", "BTC/USDT"]],
  ["bt", ["BTC/EUR", "BTC/USD", "BTC/USDT"]],
  // Of the second part no beginning: all dollars of a kind begin alike.
  ["BTC/US", []],
  ["aapl", ["AAPL", "AAPL  260918C00150000"]],
  ["A", ["AAPL", "AAPL  260918C00150000"]],
  ["aapl260918c00150000", ["AAPL  260918C00150000"]],
  ["AAPL 2609", []],
  ["F", ["F", "F%_"]],
  ["F%_", ["F%_"]],
  ["USD", []],
  ["/", []],
  ["nothing", []],
]);

interface SearchCase {
  readonly search: string;
  /** Whose symbols begin like it. */
  readonly ofSymbol: readonly string[];
  /** The ids that begin like it. */
  readonly ofIds: readonly string[];
  /** The symbols of all executions that it finds. */
  readonly symbols: readonly string[];
}

export const searches: readonly SearchCase[] = [
  { search: "xbtus", ofSymbol: ["BTC/USD", "BTC/USDT"], ofIds: [], symbols: ["BTC/USD", "BTC/USDT"] },
  {
    ...{ search: "AAPL 2609", ofSymbol: ["AAPL  260918C00150000"] },
    ...{ ofIds: [], symbols: ["AAPL  260918C00150000"] },
  },
  { search: "tabc", ofSymbol: [], ofIds: ["TABC-1", "TABC-2"], symbols: ["BTC/EUR", "BTC/USD"] },
  { search: "TABC-1", ofSymbol: [], ofIds: ["TABC-1"], symbols: ["BTC/USD"] },
  { search: "0000E0", ofSymbol: [], ofIds: ["0000e0.65.01", "0000e0.65.02", "0000e0.66.01"], symbols: ["AAPL", "F"] },
  { search: "0000e0.65.02", ofSymbol: [], ofIds: ["0000e0.65.02"], symbols: ["AAPL"] },
  { search: "Mixed", ofSymbol: [], ofIds: ["Mixed-Order"], symbols: ["BTC/USDT"] },
  { search: "mixed", ofSymbol: [], ofIds: [], symbols: [] },
  { search: "host", ofSymbol: [], ofIds: ["host-1", "host-2"], symbols: ["AAPL", "AAPL  260918C00150000"] },
  { search: "o%_", ofSymbol: [], ofIds: ["O%_"], symbols: ["F%_"] },
  { search: "12", ofSymbol: [], ofIds: ["12"], symbols: ["BTC/EUR"] },
  // Beside a permanent id nobody looks for an order's number.
  { search: "99", ofSymbol: [], ofIds: [], symbols: [] },
  { search: "F", ofSymbol: ["F", "F%_"], ofIds: ["f-9"], symbols: ["BTC/USD", "F", "F%_"] },
  { search: "/", ofSymbol: [], ofIds: [], symbols: [] },
  { search: "'; drop table executions; --", ofSymbol: [], ofIds: [], symbols: [] },
];

const fills: readonly (ExecutionDetails & { readonly symbol: string })[] = [
  { symbol: "BTC/USD", familyId: "TABC-1", order: { permanentId: "P1" } },
  { symbol: "BTC/USD", familyId: "f-9", order: { permanentId: "P1" } },
  { symbol: "BTC/EUR", familyId: "TABC-2", order: { permanentId: null, clientId: "4", orderId: "12" } },
  { symbol: "BTC/USDT", familyId: "B3", order: { permanentId: "Mixed-Order", orderId: "99" } },
  {
    symbol: "AAPL",
    familyId: "0000e0.65",
    executionId: "0000e0.65.01",
    order: { permanentId: null, reference: "host-1" },
  },
  {
    ...{ symbol: "AAPL", familyId: "0000e0.65", executionId: "0000e0.65.02", revision: 2, price: "101" },
    order: { permanentId: null, reference: "host-1" },
  },
  { symbol: "AAPL  260918C00150000", familyId: "B4", order: { permanentId: "P2", reference: "host-2" } },
  { symbol: "F", familyId: "0000e0.66", executionId: "0000e0.66.01", order: { permanentId: null } },
  { symbol: "F%_", familyId: "B5", executionId: null, order: { permanentId: "O%_" } },
];

/** What a book of all cases holds. */
export interface FilterBook {
  readonly connectionIds: readonly string[];
  readonly jobIds: readonly string[];
  readonly tradeIds: readonly string[];
  readonly moments: readonly Instant[];
  readonly executionCount: number;
  readonly tradeCount: number;
}

/** Imports the fills in two jobs to each of two accounts of two brokers, and in half of the rows once more by a third. */
export async function filterBook(store: BookStore): Promise<FilterBook> {
  const places = [
    { broker: "scripted", account: "A1" },
    { broker: "scripted", account: "A2" },
    { broker: "other", account: "A1" },
  ];
  const connectionIds: string[] = [];
  const jobIds: string[] = [];
  for (const [number, { broker, account }] of places.entries()) {
    const connectionId = await aConnection(store, { broker, accountRef: account });
    connectionIds.push(connectionId);
    const connector = scripted({ broker, pages: [] });
    for (const half of [0, 1]) {
      const records = fills
        .map((fill, index) => recordOf(fill, { broker, account, second: number * 5 + index }))
        .filter((_, index) => index % 2 === half);
      jobIds.push((await playPages(store, connectionId, [{ records }], { connector })).jobId);
    }
  }
  const trades = await readAll((after) => store.trades("owner", after));
  return {
    connectionIds,
    jobIds,
    tradeIds: trades.slice(0, 3).map(({ id }) => id),
    moments: [0, 4, 9, 60].map(momentOf),
    executionCount: fills.length * places.length,
    tradeCount: (fills.length - 2) * places.length,
  };
}

function recordOf(
  { symbol, ...details }: (typeof fills)[number],
  { broker, account, second }: { readonly broker: string; readonly account: string; readonly second: number },
): ScriptedRecord {
  const [kind, conid] = symbol.includes("/") ? ["crypto" as const, null] : kindOf(symbol);
  const instrument = { symbol, rawSymbol: symbol, kind, conid };
  const executedAt = momentOf(second);
  return { kind: "execution", execution: anExecution({ ...details, broker, account, executedAt, instrument }) };
}

function kindOf(symbol: string): readonly ["stock" | "option", string] {
  return symbol.length > 10 ? ["option", "8"] : ["stock", "7"];
}

function momentOf(second: number): Instant {
  return instant(`2026-01-05T10:00:${String(second).padStart(2, "0")}Z`.replace("10:00:60", "10:01:00"));
}
