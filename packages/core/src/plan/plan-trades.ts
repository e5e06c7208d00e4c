import { type Json, sameJson } from "../json.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { TradeRow, TradeTotals } from "./plan-types.ts";
import type { Settled } from "./settle-family.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Target, type Targets, targetTrades } from "./trade-targets.ts";
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
 * that lost all of its fills is removed.
 *
 * `leaving` are fills of which no report counts any more.
 *
 * Answers with trade ids when the members of these trades must be read first.
 */
export function planTrades(
  moves: readonly Move[],
  snapshot: Snapshot,
  batch: CommitBatch,
  leaving: Move["before"],
): TradesPlan | { readonly read: readonly string[] } {
  const targets = targetTrades(moves, snapshot, batch);
  const changes = changesByTrade(moves, targets, leaving);
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

interface Change {
  /** What names the trade from now on; null where fills only left it. */
  readonly target: Target | null;
  readonly removed: Member[];
  readonly added: Member[];
}

function changesByTrade(moves: readonly Move[], targets: Targets, leaving: Move["before"]): Map<string, Change> {
  const changes = new Map<string, Change>();
  const changeOf = (tradeId: string, target: Target | null): Change => {
    const change = changes.get(tradeId);
    if (change !== undefined && (target === null || change.target !== null)) return change;
    const next = { target, removed: change?.removed ?? [], added: change?.added ?? [] };
    changes.set(tradeId, next);
    return next;
  };
  for (const move of moves) {
    for (const { tradeId, member } of move.before) changeOf(tradeId, null).removed.push(member);
    const target = targets.byFamily.get(move.settled.family.familyKey);
    if (move.after !== null && target !== undefined) changeOf(target.tradeId, target).added.push(move.after);
  }
  for (const { tradeId, member } of leaving) changeOf(tradeId, null).removed.push(member);
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
  const naming = change.target ?? stored;
  if (naming === undefined) throw new Error(`trade ${r.tradeId} has no order key`);
  const first = [...change.added.map((member) => member.report), ...(r.members?.values() ?? [])].find(
    (report) => report.familyKey === totals.first.familyKey,
  );
  const display = first === undefined ? stored : displayOf(first);
  if (display === undefined) throw new Error(`trade ${r.tradeId} has no first fill`);
  const { instrument, side, broker, account } = display;
  const { orderKey, orderId } = naming;
  const facts = { totals, id: r.tradeId, owner: batch.owner, broker, account, orderKey, orderId, instrument, side };
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

/** What a trade shows of its first fill. */
export function displayOf(report: Member["report"]): Pick<TradeRow, "instrument" | "side" | "broker" | "account"> {
  const { instrument, side, broker, account } = report;
  return { instrument, side, broker, account };
}

function sameFacts(stored: TradeRow, facts: Partial<TradeRow>): boolean {
  // Totals first: almost every change is one of them.
  return Object.entries(facts).every(([name, value]) => {
    return sameJson(stored[name as keyof TradeRow] as Json, value as Json);
  });
}
