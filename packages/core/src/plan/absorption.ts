import type { CommitBatch } from "./commit-batch.ts";
import type { PlanFamily } from "./fold.ts";
import type { Decision } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** One side of an absorption; the same `act` stands on both. */
export interface Absorption {
  /** `absorbs`: the imported fill. `absorbed`: the manual one, which counts no more. */
  readonly role: "absorbs" | "absorbed";
  /** One absorption's own id. */
  readonly act: string;
  /** The trade on the other side, as it was then. */
  readonly tradeId: string;
  /** The manual fill. */
  readonly familyKey: string;
}

/** By trade, one for each stored family that is read as one of its fills; undefined for a family without a decision. */
export type TradeDecisions = ReadonlyMap<string, readonly (Decision | undefined)[]>;

/**
 * A decision stays on the family that was read as the fill when it was made. A better id that is told later folds that
 * family into another one, so all families of a fill are looked at, not only that of the report that stands for it.
 */
export function decisionsByTrade(snapshot: Snapshot, families: readonly PlanFamily[]): TradeDecisions {
  const byTrade = new Map<string, (Decision | undefined)[]>();
  for (const family of families) {
    const tradeId = tradeIdOf(family);
    if (tradeId === null) continue;
    const decisions = family.familyKeys.map((familyKey) => snapshot.decisions.get(familyKey));
    const known = byTrade.get(tradeId);
    if (known === undefined) byTrade.set(tradeId, decisions);
    else for (const decision of decisions) known.push(decision);
  }
  return byTrade;
}

/** The trade that a fill is stored in; null for one that counts nowhere yet. */
export function tradeIdOf({ rows }: PlanFamily): string | null {
  return rows.find(({ before }) => before?.fill != null)?.before?.tradeId ?? null;
}

export interface UndoneAbsorption extends Absorption {
  /** The trade whose review is undone. */
  readonly byTradeId: string;
}

/** The manual fills that the batch's undos of reviews give back. */
export function absorptionsUndone(
  { reviews = [] }: CommitBatch,
  decisions: TradeDecisions,
): readonly UndoneAbsorption[] {
  return reviews.flatMap(({ act, tradeId: byTradeId }) => {
    const undone = act === "undo" ? (decisions.get(byTradeId) ?? []) : [];
    return undone.flatMap((one) => absorptionOfLast(one) ?? []).map((absorption) => ({ ...absorption, byTradeId }));
  });
}

/**
 * What a decision absorbed and the one before it had not: a later review of the same trade carries the absorption on, so
 * that to undo that one gives nothing back.
 */
export function absorptionOfLast(decision: Decision | undefined): Absorption | null {
  const absorption = decision?.absorption ?? null;
  if (absorption?.role !== "absorbs") return null;
  return decision?.previous?.absorption?.act === absorption.act ? null : absorption;
}
