import { digest } from "../digest.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { Move } from "./plan-trades.ts";
import type { TradeRow } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** The trade that a fill goes to. */
export interface Target {
  readonly tradeId: string;
  readonly orderKey: string;
  readonly orderId: string | null;
}

/** By the key of the planned family. */
export interface Targets {
  readonly byFamily: ReadonlyMap<string, Target>;
}

/** Chooses the trade of each fill by its order key. */
export function targetTrades(moves: readonly Move[], snapshot: Snapshot, batch: CommitBatch): Targets {
  const byOrderKey = new Map([...snapshot.trades.values()].map((trade) => [trade.orderKey, trade]));
  const byFamily = new Map<string, Target>();
  const groups = groupByOrderKey(moves);
  const departures = departuresOf(moves);
  for (const [orderKey, group] of groups) {
    const trade = byOrderKey.get(orderKey) ?? movedWhole({ group, orderKey, groups, snapshot, departures });
    const tradeId = trade?.id ?? newTradeId(batch, orderKey);
    for (const { settled } of group) {
      byFamily.set(settled.family.familyKey, { tradeId, orderKey, orderId: settled.orderId });
    }
  }
  return { byFamily };
}

/** Where the fills that were in a trade go. */
interface Departure {
  placeCount: number;
  /** null for a fill that goes nowhere. */
  readonly orderKeys: Set<string | null>;
}

/** By trade id. */
function departuresOf(moves: readonly Move[]): ReadonlyMap<string, Departure> {
  const departures = new Map<string, Departure>();
  for (const { before, after, settled } of moves) {
    for (const { tradeId } of before) {
      const departure = departures.get(tradeId) ?? { placeCount: 0, orderKeys: new Set() };
      departure.placeCount += 1;
      departure.orderKeys.add(after === null ? null : settled.orderKey);
      departures.set(tradeId, departure);
    }
  }
  return departures;
}

function groupByOrderKey(moves: readonly Move[]): Map<string, Move[]> {
  const groups = new Map<string, Move[]>();
  for (const move of moves) {
    if (move.after === null) continue;
    const group = groups.get(move.settled.orderKey);
    if (group === undefined) groups.set(move.settled.orderKey, [move]);
    else group.push(move);
  }
  return groups;
}

// The oldest trade of which every fill is in this plan and goes to this order key, unless fills of its own key come too.
function movedWhole(r: {
  group: readonly Move[];
  orderKey: string;
  groups: ReadonlyMap<string, readonly Move[]>;
  snapshot: Snapshot;
  departures: ReadonlyMap<string, Departure>;
}): TradeRow | undefined {
  const { group, orderKey, groups, snapshot, departures } = r;
  const candidates = new Set(group.flatMap((move) => move.before.map(({ tradeId }) => tradeId)));
  const whole = [...candidates].flatMap((tradeId) => {
    const trade = snapshot.trades.get(tradeId);
    const departure = departures.get(tradeId);
    if (trade === undefined || departure === undefined || groups.has(trade.orderKey)) return [];
    const together = departure.orderKeys.size === 1 && departure.orderKeys.has(orderKey);
    const { activeCount, canceledCount } = trade.totals;
    return together && departure.placeCount === activeCount + canceledCount ? [trade] : [];
  });
  return whole.sort((left, right) => (`${left.createdAt}${left.id}` < `${right.createdAt}${right.id}` ? -1 : 1))[0];
}

// Unique because one batch makes at most one trade for an order key; a digest so that ids cannot be guessed.
/** The id of a trade that a batch makes. */
export function newTradeId(batch: Pick<CommitBatch, "id" | "owner">, orderKey: string): string {
  return digest(`trade|${batch.id}|${batch.owner}|${orderKey}`).slice(0, 32);
}
