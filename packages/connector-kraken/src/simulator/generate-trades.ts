import { fixedText, multiplyDecimals } from "./exact-decimal.ts";
import { type MarketProfile, marketProfiles } from "./market-profile.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import type { SimulatedTrade } from "./simulated-trade.ts";

/** How many trades, and which. */
export interface GenerateTradesOptions {
  /** Exactly so many trades. */
  readonly count: number;
  /** A whole number; the same options always give the same trades. */
  readonly seed: number;
  /** No trade is before this, milliseconds since 1970. @defaultValue 2024-01-01 UTC */
  readonly fromMs?: number;
  /** No trade is at or after this. @defaultValue 2025-01-01 UTC */
  readonly toMs?: number;
  /** Pairs to trade; throws on one it has no prices for. @defaultValue twelve pairs of both naming generations */
  readonly pairs?: readonly string[];
}

const FILLS_MAX = 6;
const TWIN_ONE_IN = 30;
const AMOUNT_DECIMALS = 5;

/**
 * Made-up spot trades, oldest first: orders of one to six partial fills, some fills identical but for their ids,
 * times of six decimals, fees in the quote currency. None has a `taker`, so both modes of consolidate_taker show all.
 */
export function generateTrades(options: GenerateTradesOptions): SimulatedTrade[] {
  const { count, seed, fromMs = Date.UTC(2024, 0, 1), toMs = Date.UTC(2025, 0, 1) } = options;
  const profiles = chosenProfiles(options.pairs);
  const random = seededRandom(seed);
  const sizes = orderSizes(count, random);
  const slotMicros = Math.floor(((toMs - fromMs) * 1000) / Math.max(1, sizes.length));
  if (slotMicros < 1) throw new RangeError(`no room for ${count} trades between ${fromMs} and ${toMs}`);
  const ids = new Set<string>();
  return sizes.flatMap((fills, index) => {
    const order = newOrder(random, random.pick(profiles), freshId(random, ids, "O"));
    const times = fillTimes(random, { fills, slotMicros, startMicros: fromMs * 1000 + index * slotMicros });
    const outline = fillOutlines(random, order, times);
    return outline.map((fill) => tradeOf(order, fill, { txid: freshId(random, ids, "T"), tradeId: ids.size }));
  });
}

function chosenProfiles(pairs: readonly string[] | undefined): readonly MarketProfile[] {
  if (pairs === undefined) return marketProfiles;
  return pairs.map((pair) => {
    const profile = marketProfiles.find((known) => known.pair === pair);
    if (profile === undefined) throw new Error(`generateTrades has no prices for the pair ${pair}`);
    return profile;
  });
}

function orderSizes(count: number, random: SeededRandom): number[] {
  const sizes: number[] = [];
  for (let left = count; left > 0; ) {
    const size = Math.min(left, 1 + random.below(FILLS_MAX));
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

interface Order {
  readonly ordertxid: string;
  readonly profile: MarketProfile;
  readonly type: "buy" | "sell";
  readonly ordertype: string;
  readonly maker: boolean;
}

interface FillOutline {
  readonly micros: number;
  readonly priceTicks: number;
  readonly volumeUnits: number;
}

function newOrder(random: SeededRandom, profile: MarketProfile, ordertxid: string): Order {
  const ordertype = random.pick(["limit", "limit", "limit", "market", "stop-loss"]);
  const maker = ordertype === "limit" && !random.oneIn(3);
  return { ordertxid, profile, type: random.pick(["buy", "sell"] as const), ordertype, maker };
}

/** Times inside the order's slot, in order; the first half of the slot at most, and never over ten minutes. */
function fillTimes(
  random: SeededRandom,
  { fills, slotMicros, startMicros }: { fills: number; slotMicros: number; startMicros: number },
): number[] {
  const spreadMicros = Math.min(Math.max(1, Math.floor(slotMicros / 2)), 600_000_000);
  const firstMicros = startMicros + random.below(Math.max(1, Math.min(slotMicros - spreadMicros, 2 ** 32)));
  return Array.from({ length: fills }, () => firstMicros + random.below(spreadMicros)).sort((a, b) => a - b);
}

function fillOutlines(random: SeededRandom, { profile }: Order, times: readonly number[]): FillOutline[] {
  const outlines: FillOutline[] = [];
  for (const micros of times) {
    const previous = outlines.at(-1);
    if (previous !== undefined && random.oneIn(TWIN_ONE_IN)) {
      outlines.push(previous);
      continue;
    }
    const spread = Math.max(1, Math.floor(profile.usualPriceTicks / 20));
    outlines.push({
      micros,
      priceTicks: profile.usualPriceTicks - spread + random.below(2 * spread),
      volumeUnits: 1 + random.below(Math.min(2 ** 32, 2 * profile.usualVolumeUnits)),
    });
  }
  return outlines;
}

function tradeOf(order: Order, fill: FillOutline, ids: { txid: string; tradeId: number }): SimulatedTrade {
  const { profile, maker } = order;
  const price = priceText(fill.priceTicks, profile.priceDecimals);
  const vol = fixedText(BigInt(fill.volumeUnits), 8);
  const cost = multiplyDecimals(price, vol, AMOUNT_DECIMALS);
  const feeRate = fixedText(BigInt(maker ? profile.makerFeeBasisPoints : profile.takerFeeBasisPoints), 4);
  return {
    txid: ids.txid,
    ordertxid: order.ordertxid,
    pair: profile.pair,
    aclass: "forex",
    time: fixedText(BigInt(fill.micros), 6),
    type: order.type,
    ordertype: order.ordertype,
    price,
    cost,
    fee: multiplyDecimals(cost, feeRate, AMOUNT_DECIMALS),
    vol,
    margin: "0.00000",
    leverage: "0",
    misc: "",
    trade_id: ids.tradeId,
    maker,
  };
}

/** Kraken shows at least five decimals, and more for pairs that are quoted finer. */
function priceText(ticks: number, priceDecimals: number): string {
  const padding = Math.max(0, AMOUNT_DECIMALS - priceDecimals);
  return fixedText(BigInt(ticks) * 10n ** BigInt(padding), priceDecimals + padding);
}

function freshId(random: SeededRandom, ids: Set<string>, prefix: "O" | "T"): string {
  let id = random.id(prefix);
  while (ids.has(id)) id = random.id(prefix);
  ids.add(id);
  return id;
}
