import { consolidateTrades } from "./consolidate-trades.ts";
import { exactTime } from "./exact-time.ts";
import type { SimulatedTrade } from "./simulated-trade.ts";

/** A trade with its time as an integer and its place in the order of arrival. */
export interface BookedTrade {
  readonly trade: SimulatedTrade;
  readonly time: bigint;
  readonly arrival: number;
}

/** A change to a stored trade; the id stays. */
export type SimulatedTradePatch = Partial<Omit<SimulatedTrade, "txid">>;

/** The trades of the simulated account. */
export interface TradeBook {
  /** Throws on an id that is already there, and on a time that is no decimal. */
  add(trade: SimulatedTrade): void;
  /** Throws on an unknown id. */
  change(txid: string, patch: SimulatedTradePatch): void;
  /** Throws on an unknown id. */
  remove(txid: string): void;
  find(txid: string): BookedTrade | null;
  /** All rows by time, newest first; of equal times the one that arrived later comes first. */
  newestFirst(view: { readonly consolidated: boolean }): readonly BookedTrade[];
}

/** An empty book. */
export function createTradeBook(): TradeBook {
  const booked = new Map<string, BookedTrade>();
  const sorted = new Map<boolean, readonly BookedTrade[]>();
  let arrivals = 0;

  function put(trade: SimulatedTrade, arrival: number): void {
    booked.set(trade.txid, { trade, time: timeOf(trade), arrival });
    sorted.clear();
  }

  function existing(txid: string): BookedTrade {
    const entry = booked.get(txid);
    if (entry === undefined) throw new Error(`the simulator has no trade ${txid}`);
    return entry;
  }

  return {
    add(trade) {
      if (booked.has(trade.txid)) throw new Error(`the simulator already has a trade ${trade.txid}`);
      put(trade, arrivals);
      arrivals += 1;
    },
    change(txid, patch) {
      const entry = existing(txid);
      put({ ...entry.trade, ...patch, txid }, entry.arrival);
    },
    remove(txid) {
      existing(txid);
      booked.delete(txid);
      sorted.clear();
    },
    find: (txid) => booked.get(txid) ?? null,
    newestFirst({ consolidated }) {
      const known = sorted.get(consolidated);
      if (known !== undefined) return known;
      const rows = [...booked.values()];
      const fresh = (consolidated ? consolidateTrades(rows) : rows).sort(byNewest);
      sorted.set(consolidated, fresh);
      return fresh;
    },
  };
}

function timeOf(trade: SimulatedTrade): bigint {
  const time = exactTime(trade.time);
  if (time === null) throw new TypeError(`trade ${trade.txid}: time is not Unix seconds: ${trade.time}`);
  return time;
}

function byNewest(left: BookedTrade, right: BookedTrade): number {
  if (left.time !== right.time) return left.time > right.time ? -1 : 1;
  return right.arrival - left.arrival;
}
