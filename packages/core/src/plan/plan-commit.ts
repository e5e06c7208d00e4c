import { auditEventsOf } from "./audit-events.ts";
import type { CommitBatch, CommitPlan, NewReport } from "./commit-batch.ts";
import { type CountedRows, countedRows, type HiddenRow, retold } from "./counted-rows.ts";
import { familyGraph } from "./family-graph.ts";
import { type Folded, foldFamilies, type PlanFamily, type PlanRow } from "./fold.ts";
import { changedMarks, hiddenMarks, marksOf } from "./marks.ts";
import { cancelsByName } from "./match-cancels.ts";
import { type Reach, reachOf } from "./missing-keys.ts";
import { movesOf } from "./moves.ts";
import { type News, newsOf } from "./news.ts";
import { type PlannedPins, planPins } from "./plan-pins.ts";
import { planProblems, rewordedProblems } from "./plan-problems.ts";
import { countOutcomes } from "./plan-stats.ts";
import { type Move, planTrades, type TradesPlan } from "./plan-trades.ts";
import type { CancelRow, Decision, Marks } from "./plan-types.ts";
import { type Reviewed, reviewed, staleTrades } from "./review.ts";
import { type Settled, settleFamily } from "./settle-family.ts";
import type { Snapshot, SnapshotKeys } from "./snapshot.ts";
import { planUndo, type UndoPlan } from "./undo-import.ts";
import { isStarted, keysOf, memberKeys } from "./wanted-keys.ts";

/** Either the plan, or what the store must read before there can be one. */
export type PlanAnswer =
  | { readonly kind: "read"; readonly keys: SnapshotKeys }
  | { readonly kind: "plan"; readonly plan: CommitPlan }
  /** Reviewed trades that are missing or not as they were seen, none for a pin that cannot be: nothing may be written. */
  | { readonly kind: "stale"; readonly tradeIds: readonly string[] };

/**
 * Decides what one commit writes: dedupe, corrections, cancels, fees, trades, inbox. Pure: the same snapshot and batch
 * give the same plan, and the state after a set of reports does not depend on how they were delivered.
 *
 * A store calls it under its locks in a loop: as long as the answer is `read` it reads these keys, adds the rows with
 * `extendSnapshot` and asks again (a bounded number of rounds, whatever is stored), then writes the plan in the same
 * transaction.
 */
export function planCommit(snapshot: Snapshot, batch: CommitBatch): PlanAnswer {
  if (!isStarted(snapshot, batch)) return { kind: "read", keys: keysOf(batch) };
  const news = newsOf(batch, snapshot);
  const counted = countedRows(snapshot, news, null);
  const graph = familyGraph(counted.visible);
  const { reach, missing } = reachOf({ snapshot, batch, news, graph });
  if (missing !== null) return { kind: "read", keys: missing };
  const before = foldFamilies(graph);
  const undo = undoOf(snapshot, batch, { folded: before, reach });
  const left = undo === null ? counted : countedRows(snapshot, news, undo);
  const folded = undo === null ? before : foldFamilies(familyGraph(left.visible));
  const families = folded.fills.filter(({ familyKey }) => reach.decided.has(familyKey));
  const stale = staleTrades(batch, snapshot, families);
  const pins = planPins(batch, families);
  if (stale.length > 0 || pins === null) return { kind: "stale", tradeIds: stale };
  const review = batch.reviews === undefined ? noReview : reviewed(batch, snapshot, families);
  const cancels = countedCancels(snapshot, news, undo);
  const settled = settleAll(snapshot, batch, { families, folded, news, cancels, review, pins });
  const hidden = hiddenInReach(left, reach);
  const { moves, leaving } = movesOf(settled, hidden, folded.fills);
  const trades = planTrades(moves, snapshot, batch, leaving);
  if ("read" in trades) return { kind: "read", keys: memberKeys(trades.read) };
  const decided = { snapshot, batch, news, undo, cancels, review, pins, folded, reach, settled, hidden, moves, trades };
  return { kind: "plan", plan: assemble(decided) };
}

/** Everything decided for one commit, before it is written down as rows. */
export interface Decided {
  readonly snapshot: Snapshot;
  readonly batch: CommitBatch;
  readonly news: News;
  readonly undo: (UndoPlan & { readonly id: string }) | null;
  /** Those that are not undone. */
  readonly cancels: ReadonlyMap<string, CancelRow>;
  readonly review: Reviewed;
  readonly pins: PlannedPins;
  /** All fills in sight, and the ids that join nothing. */
  readonly folded: Folded;
  readonly reach: Reach;
  /** The fills that this commit decides. */
  readonly settled: readonly Settled[];
  /** Reports that count for nothing now. */
  readonly hidden: readonly HiddenRow[];
  readonly moves: readonly Move[];
  readonly trades: TradesPlan;
}

const noReview: Reviewed = { decisions: [], removed: [], tradeIds: new Set(), restored: [] };

function undoOf(
  { cancels, decisions, reports }: Snapshot,
  { undo }: CommitBatch,
  { folded, reach }: Pick<Decided, "folded" | "reach">,
): Decided["undo"] {
  if (undo === undefined) return null;
  const known = [...cancels.values()].filter((cancel) => cancel.undone === null);
  return { ...planUndo(undo, { folded, reach, cancels: known, decisions, reports }), id: undo.id };
}

// What was undone before is of interest only in the fills that this commit decides.
function hiddenInReach({ hidden }: CountedRows, { decided, touched }: Reach): readonly HiddenRow[] {
  return hidden.filter(({ report: { familyKey, undone } }) => {
    return undone === null || decided.has(familyKey) || touched.has(familyKey);
  });
}

function countedCancels(snapshot: Snapshot, news: News, undo: Decided["undo"]): Map<string, CancelRow> {
  const stored = [...snapshot.cancels].filter(([key, { undone }]) => undone === null && !undo?.cancels.has(key));
  const told = [...news.cancels, ...news.revivedCancels].map((cancel) => [cancel.cancelKey, cancel] as const);
  return new Map<string, CancelRow>([...stored, ...told]);
}

function settleAll(
  snapshot: Snapshot,
  batch: CommitBatch,
  {
    families,
    folded: { crowded },
    news,
    cancels,
    review,
    pins,
  }: Pick<Decided, "folded" | "news" | "cancels" | "review" | "pins"> & { readonly families: readonly PlanFamily[] },
): Settled[] {
  const decisions = new Map<string, Decision>(snapshot.decisions);
  for (const decision of [...batch.decisions, ...review.decisions]) decisions.set(decision.familyKey, decision);
  for (const familyKey of review.removed) decisions.delete(familyKey);
  const isPinned = (row: PlanRow) => pins.get(row.report.revisionKey) ?? row.before?.pinned ?? false;
  const fresh = new Map(news.reports.map((report) => [report.revisionKey, report]));
  const seenReport = ({ seenRevisionKey: key }: Decision) =>
    key === null ? null : (snapshot.reports.get(key) ?? fresh.get(key) ?? null);
  const cancelsOf = cancelsByName(cancels.values(), crowded);
  return families.map((family) => {
    return settleFamily(family, { cancels: cancelsOf(family), crowded, decisions, isPinned, seenReport });
  });
}

function assemble(decided: Decided): CommitPlan {
  const { batch, news, review, moves, trades, undo } = decided;
  const marksByKey = new Map<string, Marks>();
  for (const move of moves) {
    for (const row of move.settled.family.rows) marksByKey.set(row.report.revisionKey, marksOf(row, move, decided));
  }
  for (const row of decided.hidden) marksByKey.set(row.report.revisionKey, hiddenMarks(row));
  const problems = planProblems(decided);
  return {
    reports: news.reports.map((report) => ({ ...report, ...marksAt(marksByKey, report) })),
    cancels: news.cancels,
    rejects: news.rejects,
    rereads: batch.rereads,
    decisions: [...batch.decisions, ...review.decisions],
    decisionsRemoved: review.removed,
    marks: changedMarks(decided, marksByKey),
    revived: news.revived.map(retold),
    moments: news.earlier.map(({ revisionKey, firstReportedAt }) => ({ revisionKey, firstReportedAt })),
    rejectMoments: news.earlierRejects.map(({ rejectKey, firstReportedAt }) => ({ rejectKey, firstReportedAt })),
    cancelMarks: cancelMarksOf(decided),
    trades: trades.written,
    tradesRemoved: trades.removed,
    problemsOpened: problems.opened,
    problemsReworded: rewordedProblems(decided),
    problemsResolved: problems.resolved,
    audit: auditEventsOf(decided),
    undo: undo?.outcome ?? null,
    reviewed: reviewedTrades(decided),
    stats: countOutcomes(decided),
  };
}

function cancelMarksOf({ news, undo }: Decided): CommitPlan["cancelMarks"] {
  const undone = undo === null ? [] : [...undo.cancels].map((cancelKey) => ({ cancelKey, undone: undo.id }));
  const revived = news.revivedCancels.map(({ cancelKey, jobId, connectionId, fetchedAt }) => {
    return { cancelKey, undone: null, jobId, connectionId, fetchedAt };
  });
  return [...undone, ...revived];
}

function reviewedTrades({ batch, snapshot, trades }: Decided): CommitPlan["reviewed"] {
  const written = new Map(trades.written.map((trade) => [trade.id, trade]));
  return (batch.reviews ?? []).flatMap(({ tradeId }) => written.get(tradeId) ?? snapshot.trades.get(tradeId) ?? []);
}

function marksAt(marksByKey: ReadonlyMap<string, Marks>, report: NewReport): Marks {
  const marks = marksByKey.get(report.revisionKey);
  if (marks === undefined) throw new Error(`report ${report.revisionKey} was not planned`);
  return marks;
}
