import type { Json } from "../json.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { PlanFamily } from "./fold.ts";
import type { Decision, Link, PastDecision, StoredReport } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a person decides on a trade as it was on the screen. */
export type TradeReview = {
  readonly tradeId: string;
  /** The version that was seen; a trade that has another one meanwhile refuses the whole batch. */
  readonly version: number;
} & (
  | { readonly act: "decide"; readonly link: Link; readonly suggestion: Json }
  /** Each fill goes back to the decision before its last one, or to none. */
  | { readonly act: "undo" }
);

/** Decisions that a batch's reviews come to, and the families that have none any more. */
export interface Reviewed {
  readonly decisions: readonly Decision[];
  readonly removed: readonly string[];
}

/**
 * Ids of the reviewed or expected trades that are missing or have another version than was seen. A batch whose answer was lost finds
 * its own decisions, which are not in its way.
 */
export function staleTrades(batch: CommitBatch, snapshot: Snapshot): readonly string[] {
  const isCurrent = ({ tradeId, version }: { readonly tradeId: string; readonly version: number }) =>
    snapshot.trades.get(tradeId)?.version === version;
  const reviewed = (batch.reviews ?? []).filter((one) => !isCurrent(one) && !isOwn(batch, snapshot, one.tradeId));
  const expected = (batch.expects ?? []).filter((one) => !isCurrent(one));
  return [...reviewed, ...expected].map(({ tradeId }) => tradeId);
}

function isOwn(batch: CommitBatch, snapshot: Snapshot, tradeId: string): boolean {
  const fills = fillsOf(snapshot, tradeId);
  return fills.length > 0 && fills.every(({ familyKey }) => isWritten(batch, snapshot.decisions.get(familyKey)));
}

function isWritten({ at, by, owner }: CommitBatch, decision: Decision | undefined): boolean {
  return decision?.decidedAt === at && decision.decidedBy === (by ?? owner);
}

/** The reports that stand for the fills of a trade. */
export function fillsOf(snapshot: Snapshot, tradeId: string): readonly StoredReport[] {
  return [...(snapshot.members.get(tradeId)?.values() ?? [])];
}

/**
 * Pure. Links follow fills, so a trade's review is written on each of its fills, and there on every family that is read as
 * the fill: later rows may tell them apart.
 */
export function reviewed(batch: CommitBatch, snapshot: Snapshot, families: readonly PlanFamily[]): Reviewed {
  const reviews = new Map((batch.reviews ?? []).map((review) => [review.tradeId, review]));
  const decisions: Decision[] = [];
  const removed: string[] = [];
  for (const family of families) {
    const review = reviews.get(family.rows.find(({ before }) => before?.fill != null)?.before?.tradeId ?? "");
    if (review === undefined) continue;
    const seenRevisionKey = family.rows.find(({ before }) => before?.canonical)?.report.revisionKey ?? null;
    for (const familyKey of family.familyKeys) {
      const stored = snapshot.decisions.get(familyKey) ?? null;
      if (review.act === "decide") decisions.push(decided(batch, { familyKey, seenRevisionKey, stored, review }));
      else if (stored?.previous != null) decisions.push({ ...stored.previous, familyKey, previous: null });
      else if (stored !== null) removed.push(familyKey);
    }
  }
  return { decisions, removed };
}

function decided(
  batch: CommitBatch,
  fill: {
    readonly familyKey: string;
    readonly seenRevisionKey: string | null;
    readonly stored: Decision | null;
    readonly review: Extract<TradeReview, { readonly act: "decide" }>;
  },
): Decision {
  const { familyKey, seenRevisionKey, stored, review } = fill;
  const { link, suggestion } = review;
  const isSame = stored?.seenRevisionKey === seenRevisionKey && JSON.stringify(stored.link) === JSON.stringify(link);
  if (stored !== null && isSame && isWritten(batch, stored)) return stored;
  const past = { decidedAt: batch.at, decidedBy: batch.by ?? batch.owner };
  return { familyKey, link, ...past, seenRevisionKey, suggestion, previous: pastOf(stored) };
}

function pastOf(stored: Decision | null): PastDecision | null {
  if (stored === null) return null;
  const { familyKey: _familyKey, previous: _previous, ...past } = stored;
  return past;
}
