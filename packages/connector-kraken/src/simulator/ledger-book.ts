import { multiplyDecimals, sumDecimals } from "./exact-decimal.ts";
import { exactTime } from "./exact-time.ts";
import { ledgerId } from "./ledger-id.ts";
import { decimalsOf } from "./simulated-asset.ts";
import type { SimulatedLedger, SimulatedLeg } from "./simulated-ledger.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import { hasPosition, type SimulatedTrade } from "./simulated-trade.ts";
import type { BookedTrade, TradeBook } from "./trade-book.ts";

/** An entry with its time as an integer and the balance behind it. */
export interface BookedLedger {
  readonly entry: SimulatedLedger;
  readonly time: bigint;
  readonly balance: string;
}

/** The ledger of the simulated account: what trades leave behind, and what was added. */
export interface LedgerBook {
  /** Throws on an id that is already there, and on a time that is no decimal. */
  add(entry: SimulatedLedger): void;
  /** All entries by time, newest first. */
  newestFirst(): readonly BookedLedger[];
}

/** The ledger over a book of trades: as consolidated rows, since Kraken's ledgers name the ids of those. */
export function createLedgerBook(book: TradeBook, pairs: readonly SimulatedPair[]): LedgerBook {
  const own = new Map<string, SimulatedLedger>();
  const assets = new Map(pairs.map((pair) => [pair.key, pair]));
  // A trade that is changed is another object.
  const made = new WeakMap<SimulatedTrade, SimulatedLedger[]>();
  const knownEntries = (trade: SimulatedTrade) => {
    const entries = made.get(trade) ?? entriesOf(trade, assets.get(trade.pair));
    made.set(trade, entries);
    return entries;
  };
  let known: { readonly trades: readonly BookedTrade[]; readonly rows: readonly BookedLedger[] } | null = null;
  return {
    add(entry) {
      if (own.has(entry.id)) throw new Error(`the simulator already has a ledger entry ${entry.id}`);
      if (exactTime(entry.time) === null) throw new TypeError(`ledger ${entry.id}: time is not Unix seconds`);
      own.set(entry.id, entry);
      known = null;
    },
    newestFirst() {
      const trades = book.newestFirst({ consolidated: true });
      if (known?.trades === trades) return known.rows;
      const entries = trades.flatMap(({ trade }) => knownEntries(trade));
      known = { trades, rows: withBalances([...own.values(), ...entries]) };
      return known.rows;
    },
  };
}

type Assets = Pick<SimulatedPair, "base" | "quote" | "tokenized">;

function entriesOf(trade: SimulatedTrade, assets: Assets | undefined): SimulatedLedger[] {
  const { txid, time, legs = assets === undefined ? [] : usualLegs(trade, assets) } = trade;
  return legs.map(({ type = "trade", fee = "0", subtype = "", ...leg }, number) => ({
    ...{ id: ledgerId(txid, ["base", "quote"][number] ?? String(number)), refid: txid, time, type, fee, subtype },
    ...leg,
  }));
}

/** Amounts have the decimals of their asset: the quote's leg and the fee are rounded to it. */
function usualLegs(trade: SimulatedTrade, { base, quote, tokenized = false }: Assets): SimulatedLeg[] {
  const { type, vol, cost, fee } = trade;
  const [sold, bought] = type === "buy" ? ["", "-"] : ["-", ""];
  const rounded = (amount: string, asset: string) => multiplyDecimals(amount, "1", decimalsOf(asset));
  const quoteFee = rounded(fee, quote);
  // A trade of a position moves no base or quote: the ledger has its fee, and at the end its profit.
  if (hasPosition(trade)) return [{ type: "margin", asset: quote, amount: rounded("0", quote), fee: quoteFee }];
  return [
    {
      ...{ asset: base, amount: rounded(`${sold}${vol}`, base), fee: rounded("0", base) },
      ...(tokenized ? { aclass: "tokenized_asset" } : {}),
    },
    { asset: quote, amount: rounded(`${bought}${cost}`, quote), fee: quoteFee },
  ];
}

function withBalances(entries: readonly SimulatedLedger[]): readonly BookedLedger[] {
  const timed = entries.map((entry) => ({ entry, time: exactTime(entry.time) ?? 0n }));
  const balances = new Map<string, string>();
  return timed
    .sort((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0))
    .map(({ entry, time }) => {
      const { asset, amount, fee } = entry;
      const balance = sumDecimals([balances.get(asset) ?? "0", amount, negated(fee)]);
      balances.set(asset, balance);
      return { entry, time, balance };
    })
    .reverse();
}

function negated(amount: string): string {
  return amount.startsWith("-") ? amount.slice(1) : `-${amount}`;
}
