import type { Json } from "../json.ts";
import { MANUAL } from "../trade-view.ts";
import {
  type Absorption,
  absorptionOfLast,
  absorptionsUndone,
  decisionsByTrade,
  type TradeDecisions,
  tradeIdOf,
  type UndoneAbsorption,
} from "./absorption.ts";
import type { CommitBatch } from "./commit-batch.ts";
import type { PlanFamily } from "./fold.ts";
import type { Decision, Link, PastDecision } from "./plan-types.ts";
import type { Snapshot } from "./snapshot.ts";

/** What a person decides on a trade as it was on the screen. */
export type TradeReview = {
  readonly tradeId: string;
  /** The version that was seen; a trade that has another one meanwhile refuses the whole batch. */
  readonly version: number;
} & (
  | {
      readonly act: "decide";
      readonly link: Link;
      readonly suggestion: Json;
      /** Set where the trade takes the place of a manual one, whose own review is in the batch too. */
      readonly absorption?: Absorption;
    }
  /** A manual trade that counts no more, because an imported one takes its place. */
  | { readonly act: "absorbed"; readonly absorption: Absorption }
  /**
   * Each fill goes back to the decision before its last one, or to none; a manual one keeps its first. A manual trade that
   * the last decision absorbed counts again: the batch names its account.
   */
  | { readonly act: "undo" }
);

/** Decisions that a batch's reviews come to, and the families that have none any more. */
export interface Reviewed {
  readonly decisions: readonly Decision[];
  readonly removed: readonly string[];
  /** The trades on whose fills something was decided or taken back. */
  readonly tradeIds: ReadonlySet<string>;
  /** The manual fills that count again. */
  readonly restored: readonly UndoneAbsorption[];
}

/**
 * Ids of the reviewed or expected trades that are missing, have another version than was seen, or are bound to a manual trade
 * of which the batch does not know.
 */
export function staleTrades(
  batch: CommitBatch,
  snapshot: Snapshot,
  families: readonly PlanFamily[],
): readonly string[] {
  const decisions: TradeDecisions = batch.reviews === undefined ? new Map() : decisionsByTrade(snapshot, families);
  const isCurrent = ({ tradeId, version }: { readonly tradeId: string; readonly version: number }) =>
    snapshot.trades.get(tradeId)?.version === version;
  const reviewed = (batch.reviews ?? []).filter((one) => {
    const made = decisions.get(one.tradeId) ?? [];
    return !isCurrent(one) || isBound(batch, made, one);
  });
  const expected = (batch.expects ?? []).filter((one) => !isCurrent(one));
  return [...reviewed, ...expected].map(({ tradeId }) => tradeId);
}

/** A fill stands for one manual trade at most, and what an undo gives back is locked. */
function isBound(batch: CommitBatch, decisions: readonly (Decision | undefined)[], review: TradeReview): boolean {
  if (review.act === "undo") {
    const accounts = decisions.flatMap((one) => absorptionOfLast(one)?.familyKey.split("/", 2).join("/") ?? []);
    return accounts.some((account) => !batch.accounts.includes(account));
  }
  const { absorption } = review;
  if (absorption === undefined) return false;
  return decisions.some((one) => one?.absorption != null && one.absorption.act !== absorption.act);
}

/**
 * Pure. Links follow fills, so a trade's review is written on each of its fills, and there on every family that is read as
 * the fill: later rows may tell them apart.
 */
export function reviewed(batch: CommitBatch, snapshot: Snapshot, families: readonly PlanFamily[]): Reviewed {
  const reviews = new Map((batch.reviews ?? []).map((review) => [review.tradeId, review]));
  const decisions: Decision[] = [];
  const removed: string[] = [];
  const tradeIds = new Set<string>();
  for (const family of families) {
    const review = reviews.get(tradeIdOf(family) ?? "");
    if (review === undefined) continue;
    const seenRevisionKey = family.rows.find(({ before }) => before?.canonical)?.report.revisionKey ?? null;
    for (const familyKey of family.familyKeys) {
      const stored = snapshot.decisions.get(familyKey) ?? null;
      if (review.act !== "undo") decisions.push(decided(batch, { familyKey, seenRevisionKey, stored, review }));
      else if (stored?.previous != null) decisions.push({ ...stored.previous, familyKey, previous: null });
      else if (stored !== null && !isManual(family)) removed.push(familyKey);
      else continue;
      tradeIds.add(review.tradeId);
    }
  }
  const restored = restoredFills(batch, snapshot, families);
  for (const { stored } of restored) decisions.push({ ...stored, absorption: null });
  return { decisions, removed, tradeIds, restored: restored.map(({ undone }) => undone) };
}

// Who enters a trade decides on it then: there is nothing before that.
function isManual({ rows }: PlanFamily): boolean {
  return rows[0]?.report.broker === MANUAL;
}

function decided(
  batch: CommitBatch,
  fill: {
    readonly familyKey: string;
    readonly seenRevisionKey: string | null;
    readonly stored: Decision | null;
    readonly review: Exclude<TradeReview, { readonly act: "undo" }>;
  },
): Decision {
  const { familyKey, seenRevisionKey, stored, review } = fill;
  const past = { decidedAt: batch.at, decidedBy: batch.by ?? batch.owner };
  const absorption = review.absorption ?? stored?.absorption ?? null;
  if (review.act === "absorbed")
    return { ...(stored ?? { familyKey, link: null, ...past, seenRevisionKey, suggestion: null }), absorption };
  const { link, suggestion } = review;
  return { familyKey, link, ...past, seenRevisionKey, suggestion, previous: pastOf(stored), absorption };
}

function pastOf(stored: Decision | null): PastDecision | null {
  if (stored === null) return null;
  const { familyKey: _familyKey, previous: _previous, ...past } = stored;
  return past;
}

/** Manual fills as they are stored, without those that another review absorbed since then: that is none of this undo's. */
function restoredFills(
  batch: CommitBatch,
  snapshot: Snapshot,
  families: readonly PlanFamily[],
): readonly { readonly stored: Decision; readonly undone: UndoneAbsorption }[] {
  const all = absorptionsUndone(batch, decisionsByTrade(snapshot, families));
  const manual = new Map(all.map((one) => [one.familyKey, one]));
  return [...manual.values()].flatMap((undone) => {
    const stored = snapshot.decisions.get(undone.familyKey);
    return stored?.absorption?.act === undone.act ? [{ stored, undone }] : [];
  });
}
