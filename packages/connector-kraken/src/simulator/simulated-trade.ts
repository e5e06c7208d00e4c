import type { SimulatedLeg } from "./simulated-ledger.ts";

/** The position id that every spot trade of every account carries. */
export const spotPositionId = "TKH2SE-M7IF5-CFI7LT";

/**
 * One trade as Kraken stores it. Amounts and times are decimal text and are served digit by digit; a field left out
 * is left out of the answer too, as in the rows of older years.
 */
export interface SimulatedTrade {
  /** Kraken's id of the trade, the key in TradesHistory. */
  readonly txid: string;
  readonly ordertxid: string;
  /** The key of AssetPairs, such as "XXBTZUSD"; delisted and unknown names are served as they are. */
  readonly pair: string;
  /** Unix seconds, at most twelve decimals, such as "1688667796.8802". */
  readonly time: string;
  readonly type: "buy" | "sell";
  /** market, limit, stop-loss, ...; any text is served. */
  readonly ordertype: string;
  readonly price: string;
  readonly cost: string;
  readonly fee: string;
  readonly vol: string;
  readonly margin: string;
  readonly misc: string;
  /** @defaultValue the spot constant "TKH2SE-M7IF5-CFI7LT"; null leaves the field out, as in rows of 2014. */
  readonly postxid?: string | null;
  readonly aclass?: string;
  readonly tradeordertype?: string;
  readonly leverage?: string;
  readonly trade_id?: number;
  readonly maker?: boolean;
  readonly posstatus?: "open" | "closed";
  readonly cprice?: string | null;
  readonly ccost?: string | null;
  readonly cfee?: string | null;
  readonly cvol?: string | null;
  readonly cmargin?: string | null;
  readonly net?: string | null;
  /** Ids of closing trades; served on `trades=true` only. */
  readonly trades?: readonly string[];
  /** Ledger ids, served on `ledgers=true` only. @defaultValue two ids made from the txid */
  readonly ledgers?: readonly string[];
  /** Trades with one `taker` are one row while `consolidate_taker` is true; never served itself. */
  readonly taker?: string;
  /**
   * What the ledger says of the trade; `[]` while it says nothing yet. @defaultValue a leg of each asset with the fee on
   * the quote's, rounded to the asset's decimals; for a trade of a position one `margin` entry
   */
  readonly legs?: readonly SimulatedLeg[];
}

/** True for a trade that opens or closes a position. */
export function hasPosition(trade: SimulatedTrade): boolean {
  const { postxid = spotPositionId } = trade;
  return trade.posstatus !== undefined || isClosing(trade) || (postxid !== null && postxid !== spotPositionId);
}

/** True for a trade that closes a position. */
export function isClosing({ misc }: SimulatedTrade): boolean {
  return misc.split(",").includes("closing");
}
