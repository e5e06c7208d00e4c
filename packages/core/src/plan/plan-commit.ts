import { contentOrdinal } from "../identify.ts";
import type { CommitBatch, CommitPlan, NewReport } from "./commit-batch.ts";
import { foldFamilies, type PlanFamily, type PlanRow } from "./fold.ts";
import { isStarted, keysOf, memberKeys, missingKeys } from "./missing-keys.ts";
import { type News, newsOf } from "./news.ts";
import { planProblems, rewordedProblems } from "./plan-problems.ts";
import { countOutcomes } from "./plan-stats.ts";
import { type Move, planTrades, type TradesPlan } from "./plan-trades.ts";
import type { CancelRow, Decision, Fill, Marks } from "./plan-types.ts";
import { type Settled, settleFamily } from "./settle-family.ts";
import type { Snapshot, SnapshotKeys } from "./snapshot.ts";

/** Either the plan, or what the store must read before there can be one. */
export type PlanAnswer =
  | { readonly kind: "read"; readonly keys: SnapshotKeys }
  | { readonly kind: "plan"; readonly plan: CommitPlan };

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
  const cancels = new Map<string, CancelRow>([
    ...snapshot.cancels,
    ...news.cancels.map((cancel) => [cancel.cancelKey, cancel] as const),
  ]);
  const settled = settleAll(snapshot, batch, { news, cancels });
  const moves = movesOf(settled);
  const trades = planTrades(moves, snapshot, batch);
  if ("read" in trades) return { kind: "read", keys: memberKeys(trades.read) };
  return { kind: "plan", plan: assemble({ snapshot, batch, news, cancels, settled, moves, trades }) };
}

/** Everything decided for one commit, before it is written down as rows. */
export interface Decided {
  readonly snapshot: Snapshot;
  readonly batch: CommitBatch;
  readonly news: News;
  readonly cancels: ReadonlyMap<string, CancelRow>;
  readonly settled: readonly Settled[];
  readonly moves: readonly Move[];
  readonly trades: TradesPlan;
}

function settleAll(
  snapshot: Snapshot,
  batch: CommitBatch,
  { news, cancels }: { news: News; cancels: ReadonlyMap<string, CancelRow> },
): Settled[] {
  const stored = [...snapshot.reports.values()].map((report) => ({ report, before: report as Marks }));
  const fresh = news.reports.map((report) => ({ report, before: null }));
  const decisions = new Map<string, Decision>(snapshot.decisions);
  for (const decision of batch.decisions) decisions.set(decision.familyKey, decision);
  const pins = new Map(batch.pins.map((pin) => [pin.revisionKey, pin.pinned]));
  const isPinned = (row: PlanRow) => pins.get(row.report.revisionKey) ?? row.before?.pinned ?? false;
  const list = [...cancels.values()];
  return foldFamilies([...stored, ...fresh]).map((family) => {
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
  const { batch, news, moves, trades } = decided;
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
    decisions: batch.decisions,
    marks: changedMarks(moves, marksByKey),
    trades: trades.written,
    tradesRemoved: trades.removed,
    problemsOpened: problems.opened,
    problemsReworded: rewordedProblems(batch),
    problemsResolved: problems.resolved,
    stats: countOutcomes(decided),
  };
}

function marksOf(row: PlanRow, { settled, after }: Move, { batch, trades }: Decided): Marks {
  const pin = batch.pins.find((one) => one.revisionKey === row.report.revisionKey);
  return {
    canonical: after !== null && row === settled.canonical,
    voided: settled.voided.has(row),
    tradeId: after === null ? null : (trades.tradeIds.get(settled.family.familyKey) ?? null),
    pinned: pin?.pinned ?? row.before?.pinned ?? false,
    fill: after !== null && row === settled.face ? after.fill : null,
  };
}

function marksAt(marksByKey: ReadonlyMap<string, Marks>, report: NewReport): Marks {
  const marks = marksByKey.get(report.revisionKey);
  if (marks === undefined) throw new Error(`report ${report.revisionKey} was not planned`);
  return marks;
}

// Demotions first, so that a store's "one canonical report a family" holds after every statement.
function changedMarks(moves: readonly Move[], marksByKey: ReadonlyMap<string, Marks>): CommitPlan["marks"] {
  const changed = moves
    .flatMap((move) => move.settled.family.rows)
    .flatMap(({ report, before }) => {
      const marks = marksByKey.get(report.revisionKey);
      return before === null || marks === undefined || sameMarks(before, marks)
        ? []
        : [{ revisionKey: report.revisionKey, marks }];
    });
  return changed.sort((left, right) => Number(left.marks.canonical) - Number(right.marks.canonical));
}

function sameMarks(left: Marks, right: Marks): boolean {
  return (
    left.canonical === right.canonical &&
    left.voided === right.voided &&
    left.tradeId === right.tradeId &&
    left.pinned === right.pinned &&
    (left.fill === right.fill || canonicalFill(left.fill) === canonicalFill(right.fill))
  );
}

function canonicalFill(fill: Fill | null): string {
  if (fill === null) return "";
  const { state, fees, orderQuantity, decision } = fill;
  const decided = decision === null ? null : [decision.link, decision.decidedAt, decision.stale];
  return JSON.stringify([
    state,
    fees?.map((fee) => [fee.currency, fee.amount, fee.estimated === true]) ?? null,
    orderQuantity,
    decided,
  ]);
}
