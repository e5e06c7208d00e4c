import type { Fee } from "../execution.ts";
import type { OrderKey } from "../identify.ts";
import { chooseFees } from "./choose-fees.ts";
import { contradicting, placeOf } from "./contradictions.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import { matchCancels } from "./match-cancels.ts";
import { ownOrderKey } from "./missing-keys.ts";
import type { CancelRow, Decision, Report } from "./plan-types.ts";

/** What one fill is, computed from everything that is known of it. Order of arrival plays no part. */
export interface Settled {
  readonly family: PlanFamily;
  /** The one report that counts; null when the fill is canceled. */
  readonly canonical: PlanRow | null;
  /** The report that stands for the fill: the canonical one, or the greatest of a canceled fill. */
  readonly face: PlanRow;
  readonly voided: ReadonlySet<PlanRow>;
  readonly fees: readonly Fee[] | null;
  readonly orderKey: string;
  /** The id in it; null for a fill that names no order. */
  readonly orderId: string | null;
  /** Latest decision on any of its stored families. */
  readonly decision: Decision | null;
  /** The decision was made on other facts than these. */
  readonly stale: boolean;
  /** Rows that claim the same place and say different things. */
  readonly conflict: readonly PlanRow[];
  /** Keys of the cancels that void something here. */
  readonly cancelKeys: readonly string[];
}

export interface SettleInput {
  /** Those that name it. */
  readonly cancels: readonly CancelRow[];
  /** Ids by which no cancel names a fill. */
  readonly crowded: ReadonlySet<string>;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly isPinned: (row: PlanRow) => boolean;
  /** The report that counted when it was decided, whatever fill it is part of now; null when none did. */
  readonly seenReport: (decision: Decision) => Report | null;
}

/** Decides one fill: which rows are voided, which one counts, its fees, its order, its owner's decision. */
export function settleFamily(family: PlanFamily, input: SettleInput): Settled {
  const { cancels, crowded, decisions, isPinned, seenReport } = input;
  const decision = latestDecision(family, decisions);
  const { voided: canceled, matched } = matchCancels(family, cancels, crowded);
  // An imported trade counts in the place of a manual one that it absorbed.
  const voided = decision?.absorption?.role === "absorbed" ? new Set(family.rows) : canceled;
  const alive = voided.size === 0 ? family.rows : family.rows.filter((row) => !voided.has(row));
  const canonical = greatest(alive, isPinned);
  const face = canonical ?? greatest(family.rows, isPinned);
  if (face === null) throw new Error(`family ${family.familyKey} has no report`);
  const order = bestOrderKey(family);
  return {
    family,
    canonical,
    face,
    voided,
    fees: chooseFees(family.rows, voided, matched),
    orderKey: order?.text ?? ownOrderKey(family.familyKey),
    orderId: order?.id ?? null,
    decision,
    stale: decision !== null && isStale(seenReport(decision), canonical),
    conflict: contradicting(alive, isPinned),
    cancelKeys: matched.map((cancel) => cancel.cancelKey),
  };
}

// A pin chooses among reports of one place (revision, authority, row number); it never holds back a newer revision.
function greatest(rows: readonly PlanRow[], isPinned: (row: PlanRow) => boolean): PlanRow | null {
  let best: PlanRow | null = null;
  let bestText = "";
  for (const row of rows) {
    const text = rows.length === 1 ? "" : `${placeOf(row)}${isPinned(row) ? 1 : 0}${row.rank}`;
    if (best === null || text > bestText) {
      best = row;
      bestText = text;
    }
  }
  return best;
}

// The best class found in any report; within it the highest-ranked report's, else the smallest text.
function bestOrderKey(family: PlanFamily): OrderKey | null {
  let best: { key: OrderKey; rank: string } | null = null;
  for (const { report, rank } of family.rows) {
    const key = report.orderKey;
    if (key === null) continue;
    if (best === null || isBetterOrderKey({ key, rank }, best)) best = { key, rank };
  }
  return best?.key ?? null;
}

function isBetterOrderKey(one: { key: OrderKey; rank: string }, other: { key: OrderKey; rank: string }): boolean {
  if (one.key.class !== other.key.class) return one.key.class > other.key.class;
  if (one.rank !== other.rank) return one.rank > other.rank;
  return one.key.text < other.key.text;
}

function latestDecision(family: PlanFamily, decisions: ReadonlyMap<string, Decision>): Decision | null {
  if (decisions.size === 0) return null;
  let latest: Decision | null = null;
  for (const key of family.familyKeys) {
    const decision = decisions.get(key);
    if (decision === undefined) continue;
    if (latest === null || decision.decidedAt > latest.decidedAt) latest = decision;
  }
  return latest;
}

function isStale(seen: Report | null, canonical: PlanRow | null): boolean {
  if (seen === null || canonical === null) return (seen === null) !== (canonical === null);
  const { side, quantity, price } = canonical.report;
  return side !== seen.side || quantity !== seen.quantity || price !== seen.price;
}
