import { divideDecimals, multiplyDecimals } from "./exact-decimal.ts";
import { exactNumber } from "./json-text.ts";
import { ledgerId } from "./ledger-id.ts";
import { type SimulatedTrade, spotPositionId } from "./simulated-trade.ts";
import type { TradeRow } from "./simulator-fault.ts";

/** The trade in shares instead of tokens; whether Kraken tells old trades so is not documented. */
export function rebasedTrade(trade: SimulatedTrade, multiplier: string): SimulatedTrade {
  const { vol, price } = trade;
  return { ...trade, vol: multiplyDecimals(vol, multiplier, 8), price: divideDecimals(price, multiplier, 5) };
}

/** The row that TradesHistory and QueryTrades serve; `time` keeps the trade's own digits. */
export function tradeRow(
  trade: SimulatedTrade,
  include: { readonly ledgers: boolean; readonly trades: boolean },
): TradeRow {
  const { txid, postxid = spotPositionId } = trade;
  return {
    ordertxid: trade.ordertxid,
    postxid: postxid ?? undefined,
    posstatus: trade.posstatus,
    pair: trade.pair,
    aclass: trade.aclass,
    time: exactNumber(trade.time),
    type: trade.type,
    ordertype: trade.ordertype,
    tradeordertype: trade.tradeordertype,
    price: trade.price,
    cost: trade.cost,
    fee: trade.fee,
    vol: trade.vol,
    margin: trade.margin,
    leverage: trade.leverage,
    misc: trade.misc,
    trade_id: trade.trade_id,
    maker: trade.maker,
    cprice: trade.cprice,
    ccost: trade.ccost,
    cfee: trade.cfee,
    cvol: trade.cvol,
    cmargin: trade.cmargin,
    net: trade.net,
    trades: include.trades ? trade.trades : undefined,
    ledgers: include.ledgers ? (trade.ledgers ?? [ledgerId(txid, "base"), ledgerId(txid, "quote")]) : undefined,
  };
}
