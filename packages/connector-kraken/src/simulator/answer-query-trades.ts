import { booleanParameter, InvalidArgument, listParameter } from "./call-parameters.ts";
import { errorAnswer, type MethodAnswer, type PrivateContext, resultAnswer } from "./method-answer.ts";
import type { BookedTrade } from "./trade-book.ts";
import { tradeRow } from "./trade-row.ts";

const IDS_MAX = 20;

/**
 * QueryTrades: at most twenty ids, answered without the `trades` wrapper. Trades are never consolidated here, since
 * the method has no such parameter.
 */
export function answerQueryTrades({ state, parameters }: PrivateContext): MethodAnswer {
  const txids = listParameter(parameters, "txid");
  if (txids.length === 0 || txids.length > IDS_MAX) throw new InvalidArgument("txid");
  const trades = booleanParameter(parameters, { name: "trades", defaultValue: false });
  const found = txids.map((txid) => state.book.find(txid)).filter((booked): booked is BookedTrade => booked !== null);
  // The text is not confirmed for QueryTrades; clients report it for unknown ids of the sister methods.
  if (found.length < txids.length) return errorAnswer("EOrder:Invalid order");
  return resultAnswer(new Map(found.map(({ trade }) => [trade.txid, tradeRow(trade, { ledgers: false, trades })])));
}
