import { booleanParameter, InvalidArgument, listParameter } from "./call-parameters.ts";
import { errorAnswer, type MethodAnswer, type PrivateContext, resultAnswer } from "./method-answer.ts";
import type { BookedTrade, TradeBook } from "./trade-book.ts";
import { tradeRow } from "./trade-row.ts";

const IDS_MAX = 20;

/**
 * QueryTrades: at most twenty ids, answered without the `trades` wrapper. The method has no consolidate_taker, so an
 * id answers with the row that TradesHistory shows for it by default, or with its own if it has none there.
 */
export function answerQueryTrades({ state, parameters }: PrivateContext): MethodAnswer {
  const txids = listParameter(parameters, "txid");
  if (txids.length === 0 || txids.length > IDS_MAX) throw new InvalidArgument("txid");
  const trades = booleanParameter(parameters, { name: "trades", defaultValue: false });
  const found = txids.map((txid) => defaultRow(state.book, txid)).filter((row): row is BookedTrade => row !== null);
  // The text is not confirmed for QueryTrades; clients report it for unknown ids of the sister methods.
  if (found.length < txids.length) return errorAnswer("EOrder:Invalid order");
  return resultAnswer(new Map(found.map(({ trade }) => [trade.txid, tradeRow(trade, { ledgers: false, trades })])));
}

function defaultRow(book: TradeBook, txid: string): BookedTrade | null {
  const row = book.find(txid);
  if (row?.trade.taker === undefined) return row;
  return book.newestFirst({ consolidated: true }).find(({ trade }) => trade.txid === txid) ?? row;
}
