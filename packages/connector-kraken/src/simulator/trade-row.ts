import { createHash } from "node:crypto";
import { exactNumber } from "./json-text.ts";
import { type SimulatedTrade, spotPositionId } from "./simulated-trade.ts";
import type { TradeRow } from "./simulator-fault.ts";

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

/** A ledger id that belongs to the trade for good, in Kraken's form. */
function ledgerId(txid: string, leg: "base" | "quote"): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bytes = createHash("sha256").update(`${txid} ${leg}`).digest().subarray(0, 16);
  const letters = [...bytes].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  return `L${letters.slice(0, 5)}-${letters.slice(5, 10)}-${letters.slice(10)}`;
}
