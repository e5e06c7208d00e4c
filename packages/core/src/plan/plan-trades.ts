import { digest } from "../digest.ts";
import { canonicalJson, type Json } from "../json.ts";
import { realOrderId } from "../text-id.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { TradeRow, TradeTotals } from "./plan-types.ts";
import type { Settled } from "./settle-family.ts";
import type { Snapshot } from "./snapshot.ts";
import { adjustTotals, type Member, totalsOf } from "./trade-totals.ts";

/** One fill's place before and after this plan. */
export interface Move {
  readonly settled: Settled;
  /** What stood for it before; several when families were folded together now. */
  readonly before: readonly { readonly tradeId: string; readonly member: Member }[];
  /** What stands for it now; null when it makes no fill. */
  readonly after: Member | null;
}

export interface TradesPlan {
  /** The trade of each move, by the planned family's key. */
  readonly tradeIds: ReadonlyMap<string, string>;
  readonly written: readonly TradeRow[];
  readonly removed: readonly string[];
  readonly createdCount: number;
}

/**
 * Puts fills into the trades of their orders. A trade whose fills all move to another order key keeps its id; a trade
 * that lost all of its fills to others is removed.
 *
 * Answers with trade ids when the members of these trades must be read first.
 */
export function planTrades(
  moves: readonly Move[],
  snapshot: Snapshot,
  batch: CommitBatch,
): TradesPlan | { readonly read: readonly string[] } {
  const targets = targetTrades(moves, snapshot, batch);
  const changes = changesByTrade(moves, targets);
  const written: TradeRow[] = [];
  const removed: string[] = [];
  const read: string[] = [];
  let createdCount = 0;
  for (const [tradeId, change] of changes) {
    const stored = snapshot.trades.get(tradeId);
    const totals = changedTotals(stored?.totals, change, snapshot.members.get(tradeId));
    if (totals === "unknown") read.push(tradeId);
    else if (totals === null) removed.push(tradeId);
    else {
      const row = tradeRow({ tradeId, stored, totals, change, batch, members: snapshot.members.get(tradeId) });
      if (row !== null) written.push(row);
      if (stored === undefined) createdCount += 1;
    }
  }
  if (read.length > 0) return { read };
  const tradeIds = new Map([...targets.byFamily].map(([familyKey, target]) => [familyKey, target.tradeId]));
  return { tradeIds, written, removed: removed.filter((id) => snapshot.trades.has(id)), createdCount };
}

interface Targets {
  readonly byFamily: ReadonlyMap<string, { readonly tradeId: string; readonly orderKey: string }>;
}

function targetTrades(moves: readonly Move[], snapshot: Snapshot, batch: CommitBatch): Targets {
  const byOrderKey = new Map([...snapshot.trades.values()].map((trade) => [trade.orderKey, trade]));
  const byFamily = new Map<string, { tradeId: string; orderKey: string }>();
  const groups = groupByOrderKey(moves);
  for (const [orderKey, group] of groups) {
    const trade = byOrderKey.get(orderKey) ?? movedWhole({ group, orderKey, groups, snapshot, moves });
    const tradeId = trade?.id ?? newTradeId(batch, orderKey);
    for (const move of group) byFamily.set(move.settled.family.familyKey, { tradeId, orderKey });
  }
  return { byFamily };
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
  moves: readonly Move[];
}): TradeRow | undefined {
  const { group, orderKey, groups, snapshot, moves } = r;
  const candidates = new Set(group.flatMap((move) => move.before.map(({ tradeId }) => tradeId)));
  const whole = [...candidates].flatMap((tradeId) => {
    const trade = snapshot.trades.get(tradeId);
    if (trade === undefined || groups.has(trade.orderKey)) return [];
    const leaving = moves.filter((move) => move.before.some((before) => before.tradeId === tradeId));
    const members = leaving.flatMap((move) => move.before).filter((before) => before.tradeId === tradeId).length;
    const together = leaving.every((move) => move.after !== null && move.settled.orderKey === orderKey);
    return together && members === trade.totals.activeCount + trade.totals.canceledCount ? [trade] : [];
  });
  return whole.sort((left, right) => (`${left.createdAt}${left.id}` < `${right.createdAt}${right.id}` ? -1 : 1))[0];
}

// Unique because one batch makes at most one trade for an order key; a digest so that ids cannot be guessed.
function newTradeId(batch: CommitBatch, orderKey: string): string {
  return digest(`trade|${batch.id}|${batch.owner}|${orderKey}`).slice(0, 32);
}

interface Change {
  readonly orderKey: string | null;
  readonly removed: Member[];
  readonly added: Member[];
}

function changesByTrade(moves: readonly Move[], targets: Targets): Map<string, Change> {
  const changes = new Map<string, Change>();
  const changeOf = (tradeId: string, orderKey: string | null): Change => {
    const change = changes.get(tradeId);
    if (change !== undefined && (orderKey === null || change.orderKey !== null)) return change;
    const next = { orderKey, removed: change?.removed ?? [], added: change?.added ?? [] };
    changes.set(tradeId, next);
    return next;
  };
  for (const move of moves) {
    for (const { tradeId, member } of move.before) changeOf(tradeId, null).removed.push(member);
    const target = targets.byFamily.get(move.settled.family.familyKey);
    if (move.after !== null && target !== undefined) changeOf(target.tradeId, target.orderKey).added.push(move.after);
  }
  return changes;
}

function changedTotals(
  stored: TradeTotals | undefined,
  change: Change,
  members: ReadonlyMap<string, Member["report"] & { readonly fill: Member["fill"] | null }> | undefined,
): TradeTotals | null | "unknown" {
  if (stored === undefined || change.removed.length === stored.activeCount + stored.canceledCount)
    return totalsOf(change.added);
  const adjusted = adjustTotals(stored, change.removed, change.added);
  if (adjusted !== null) return adjusted;
  if (members === undefined) return "unknown";
  return totalsOf([...stayingMembers(members, change), ...change.added]);
}

function stayingMembers(
  members: ReadonlyMap<string, Member["report"] & { readonly fill: Member["fill"] | null }>,
  change: Change,
): Member[] {
  const left = new Set(change.removed.map((member) => member.report.revisionKey));
  return [...members.values()].flatMap((report) => {
    return report.fill === null || left.has(report.revisionKey) ? [] : [{ report, fill: report.fill }];
  });
}

function tradeRow(r: {
  tradeId: string;
  stored: TradeRow | undefined;
  totals: TradeTotals;
  change: Change;
  batch: CommitBatch;
  members: ReadonlyMap<string, Member["report"]> | undefined;
}): TradeRow | null {
  const { stored, totals, change, batch } = r;
  const orderKey = change.orderKey ?? stored?.orderKey;
  if (orderKey === undefined) throw new Error(`trade ${r.tradeId} has no order key`);
  const first = [...change.added.map((member) => member.report), ...(r.members?.values() ?? [])].find(
    (report) => report.familyKey === totals.first.familyKey,
  );
  const display = first === undefined ? stored : displayOf(first);
  if (display === undefined) throw new Error(`trade ${r.tradeId} has no first fill`);
  const { instrument, side, orderId, broker, account } = display;
  const facts = { id: r.tradeId, owner: batch.owner, broker, account, orderKey, orderId, instrument, side, totals };
  if (stored !== undefined && sameFacts(stored, facts)) return null;
  return {
    ...facts,
    connectionId: batch.run?.connectionId ?? stored?.connectionId ?? first?.connectionId ?? "",
    version: (stored?.version ?? 0) + 1,
    lastJobId: batch.run?.jobId ?? stored?.lastJobId ?? null,
    createdAt: stored?.createdAt ?? batch.at,
    updatedAt: batch.at,
  };
}

function displayOf(report: Member["report"]): Pick<TradeRow, "instrument" | "side" | "orderId" | "broker" | "account"> {
  const { instrument, side, broker, account, order } = report;
  const orderId = realOrderId(order.permanentId) ?? realOrderId(order.reference) ?? realOrderId(order.orderId);
  return { instrument, side, orderId, broker, account };
}

function sameFacts(stored: TradeRow, facts: Partial<TradeRow>): boolean {
  return Object.entries(facts).every(([name, value]) => {
    return canonicalJson(stored[name as keyof TradeRow] as Json) === canonicalJson(value as Json);
  });
}
