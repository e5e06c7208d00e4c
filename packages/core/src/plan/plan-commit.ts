import { contentOrdinal } from "../identify.ts";
import type { CommitBatch, CommitPlan, NewReport } from "./commit-batch.ts";
import { foldFamilies, type PlanFamily, type PlanRow } from "./fold.ts";
import { changedMarks, marksOf } from "./marks.ts";
import { isStarted, keysOf, memberKeys, missingKeys } from "./missing-keys.ts";
import { type News, newsOf } from "./news.ts";
import { planProblems, rewordedProblems } from "./plan-problems.ts";
import { countOutcomes } from "./plan-stats.ts";
import { type Move, planTrades, type TradesPlan } from "./plan-trades.ts";
import type { CancelRow, Decision, Fill, Marks } from "./plan-types.ts";
import { type Reviewed, reviewed, staleTrades } from "./review.ts";
import { type Settled, settleFamily } from "./settle-family.ts";
import type { Snapshot, SnapshotKeys } from "./snapshot.ts";

/** Either the plan, or what the store must read before there can be one. */
export type PlanAnswer =
  | { readonly kind: "read"; readonly keys: SnapshotKeys }
  | { readonly kind: "plan"; readonly plan: CommitPlan }
  /** Reviewed trades that are missing or not as they were seen: nothing may be written. */
  | { readonly kind: "stale"; readonly tradeIds: readonly string[] };

/**
 * Decides what one commit writes: dedupe, corrections, cancels, fees, trades, inbox. Pure: the same snapshot and batch
 * give the same plan, and the state after a set of reports does not depend on how they were delivered.
 *
 * A store calls it under its locks in a loop: as long as the answer is `read` it reads these keys, adds the rows with
 * `extendSnapshot` and asks again (a constant number of rounds), then writes the plan in the same transaction.
 */
export function planCommit(snapshot: Snapshot, batch: CommitBatch): PlanAnswer {
  if (!isStarted(snapshot, batch)) return { kind: "read", keys: keysOf(batch) };
  const news = newsOf(batch, snapshot);
  const missing = missingKeys(snapshot, batch, news);
  if (missing !== null) return { kind: "read", keys: missing };
  const stale = staleTrades(batch, snapshot);
  if (stale.length > 0) return { kind: "stale", tradeIds: stale };
  const cancels = new Map<string, CancelRow>([
    ...snapshot.cancels,
    ...news.cancels.map((cancel) => [cancel.cancelKey, cancel] as const),
  ]);
  const families = familiesOf(snapshot, news);
  const review = batch.reviews === undefined ? noReview : reviewed(batch, snapshot, families);
  const settled = settleAll(snapshot, batch, { families, cancels, review });
  const moves = movesOf(settled);
  const trades = planTrades(moves, snapshot, batch);
  if ("read" in trades) return { kind: "read", keys: memberKeys(trades.read) };
  return { kind: "plan", plan: assemble({ snapshot, batch, news, cancels, review, settled, moves, trades }) };
}

/** Everything decided for one commit, before it is written down as rows. */
export interface Decided {
  readonly snapshot: Snapshot;
  readonly batch: CommitBatch;
  readonly news: News;
  readonly cancels: ReadonlyMap<string, CancelRow>;
  readonly review: Reviewed;
  readonly settled: readonly Settled[];
  readonly moves: readonly Move[];
  readonly trades: TradesPlan;
}

const noReview: Reviewed = { decisions: [], removed: [] };

function familiesOf(snapshot: Snapshot, news: News): readonly PlanFamily[] {
  const stored = [...snapshot.reports.values()].map((report) => ({ report, before: report as Marks }));
  const fresh = news.reports.map((report) => ({ report, before: null }));
  return foldFamilies([...stored, ...fresh]);
}

function settleAll(
  snapshot: Snapshot,
  batch: CommitBatch,
  { families, cancels, review }: Pick<Decided, "cancels" | "review"> & { readonly families: readonly PlanFamily[] },
): Settled[] {
  const decisions = new Map<string, Decision>(snapshot.decisions);
  for (const decision of [...batch.decisions, ...review.decisions]) decisions.set(decision.familyKey, decision);
  for (const familyKey of review.removed) decisions.delete(familyKey);
  const pins = new Map(batch.pins.map((pin) => [pin.revisionKey, pin.pinned]));
  const isPinned = (row: PlanRow) => pins.get(row.report.revisionKey) ?? row.before?.pinned ?? false;
  const list = [...cancels.values()];
  return families.map((family) => {
    const named = list.length === 0 ? list : list.filter((cancel) => names(cancel, family));
    return settleFamily(family, { cancels: named, decisions, isPinned });
  });
}

function names(cancel: CancelRow, family: PlanFamily): boolean {
  if (cancel.familyKey !== null && family.familyKeys.includes(cancel.familyKey)) return true;
  return cancel.aliasKeys.some((alias) => family.rows.some((row) => row.report.aliasKeys.includes(alias)));
}

function movesOf(settled: readonly Settled[]): Move[] {
  const claims = claimedContents(settled);
  return settled.map((one) => {
    const before = one.family.rows.flatMap(({ report, before }) => {
      if (before === null || before.fill === null || before.tradeId === null) return [];
      return [{ tradeId: before.tradeId, member: { report, fill: before.fill } }];
    });
    const claimed = one.family.familyClass === "content" && isClaimed(one, claims);
    return { settled: one, before, after: claimed ? null : { report: one.face.report, fill: fillOf(one) } };
  });
}

// How many fills with an id look like this content: they claim as many fills without one.
function claimedContents(settled: readonly Settled[]): Map<string, number> {
  const claims = new Map<string, number>();
  const idless = new Set(
    settled.filter((one) => one.family.familyClass === "content").map((one) => one.face.report.contentKey),
  );
  if (idless.size === 0) return claims;
  for (const { family } of settled) {
    if (family.familyClass === "content") continue;
    for (const key of new Set(family.rows.map((row) => row.report.contentKey))) {
      if (idless.has(key)) claims.set(key, (claims.get(key) ?? 0) + 1);
    }
  }
  return claims;
}

function isClaimed({ face }: Settled, claims: ReadonlyMap<string, number>): boolean {
  return contentOrdinal(face.report.familyKey) < (claims.get(face.report.contentKey) ?? 0);
}

function fillOf({ canonical, face, family, fees, decision, stale }: Settled): Fill {
  return {
    state: canonical === null ? "canceled" : "active",
    fees,
    orderQuantity: face.report.order.quantity ?? orderQuantityOf(family),
    decision: decision === null ? null : { link: decision.link, decidedAt: decision.decidedAt, stale },
  };
}

function orderQuantityOf({ rows }: PlanFamily): Fill["orderQuantity"] {
  if (rows.length === 1) return null;
  const telling = rows.filter((row) => row.report.order.quantity !== null);
  return telling.sort((left, right) => (left.rank > right.rank ? -1 : 1))[0]?.report.order.quantity ?? null;
}

function assemble(decided: Decided): CommitPlan {
  const { batch, news, review, moves, trades } = decided;
  const marksByKey = new Map<string, Marks>();
  for (const move of moves) {
    for (const row of move.settled.family.rows) marksByKey.set(row.report.revisionKey, marksOf(row, move, decided));
  }
  const problems = planProblems(decided);
  return {
    reports: news.reports.map((report) => ({ ...report, ...marksAt(marksByKey, report) })),
    cancels: news.cancels,
    rejects: news.rejects,
    rereads: batch.rereads,
    decisions: [...batch.decisions, ...review.decisions],
    decisionsRemoved: review.removed,
    marks: changedMarks(moves, marksByKey),
    trades: trades.written,
    tradesRemoved: trades.removed,
    problemsOpened: problems.opened,
    problemsReworded: rewordedProblems(batch),
    problemsResolved: problems.resolved,
    stats: countOutcomes(decided),
  };
}

function marksAt(marksByKey: ReadonlyMap<string, Marks>, report: NewReport): Marks {
  const marks = marksByKey.get(report.revisionKey);
  if (marks === undefined) throw new Error(`report ${report.revisionKey} was not planned`);
  return marks;
}
