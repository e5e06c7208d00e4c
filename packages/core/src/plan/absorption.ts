import type { CommitBatch } from "./commit-batch.ts";
import type { Decision, StoredReport } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** One side of an absorption; the same `act` stands on both. */
export interface Absorption {
  /** `absorbs`: the imported fill. `absorbed`: the manual one, which counts no more. */
  readonly role: "absorbs" | "absorbed";
  readonly act: string;
  /** The trade on the other side, as it was then. */
  readonly tradeId: string;
  /** The manual fill. */
  readonly familyKey: string;
}

/** The manual fills that the batch's undos of reviews give back. */
export function absorptionsUndone({ reviews = [] }: CommitBatch, snapshot: Snapshot): readonly Absorption[] {
  return reviews.flatMap(({ act, tradeId }) => {
    return act === "undo" ? decisionsOn(snapshot, tradeId).flatMap((one) => absorptionOfLast(one) ?? []) : [];
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

/** The decision on each fill of a trade, undefined for one without. */
export function decisionsOn(snapshot: Snapshot, tradeId: string): readonly (Decision | undefined)[] {
  const fills: readonly StoredReport[] = [...(snapshot.members.get(tradeId)?.values() ?? [])];
  return fills.map(({ familyKey }) => snapshot.decisions.get(familyKey));
}
