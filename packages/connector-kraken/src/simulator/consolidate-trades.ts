import { divideDecimals, sumDecimals } from "./exact-decimal.ts";
import type { SimulatedTrade } from "./simulated-trade.ts";
import type { BookedTrade } from "./trade-book.ts";

// The published example shows averages such as 30013.43386 for a pair that trades in steps of 0.1.
const AVERAGE_PRICE_DECIMALS = 5;

/**
 * One row for each group of trades that share a `taker`, with the id, time and place of the group's first; the other
 * trades stay as they are. Which id a consolidated row of Kraken carries is not documented.
 */
export function consolidateTrades(rows: readonly BookedTrade[]): BookedTrade[] {
  const groups = new Map<string, BookedTrade[]>();
  for (const row of rows) {
    // A key no taker name can equal, since names are prefixed.
    const group = row.trade.taker === undefined ? `single:${row.trade.txid}` : `taker:${row.trade.taker}`;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [row]);
    else members.push(row);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return others.length === 0 ? [first] : [{ ...first, trade: mergedTrade([first, ...others]) }];
  });
}

function mergedTrade(rows: readonly [BookedTrade, ...BookedTrade[]]): SimulatedTrade {
  const sum = (field: "vol" | "cost" | "fee" | "margin") => sumDecimals(rows.map((row) => row.trade[field]));
  const [vol, cost] = [sum("vol"), sum("cost")];
  const price = divideDecimals(cost, vol, AVERAGE_PRICE_DECIMALS);
  return { ...rows[0].trade, price, vol, cost, fee: sum("fee"), margin: sum("margin") };
}
