import type { CommitPlan, NewReport } from "../../src/plan/commit-batch.ts";
import type { Decision, Marks, NewProblem, Reject, StoredCancel, TradeRow } from "../../src/plan/plan-types.ts";
import type { SnapshotKeys, SnapshotRows } from "../../src/plan/snapshot.ts";

/** A store as lists of rows, without indexes and without any thought about speed. */
export interface NaiveRows {
  reports: (NewReport & Marks)[];
  cancels: StoredCancel[];
  rejects: Reject[];
  decisions: Decision[];
  trades: TradeRow[];
  /** Open ones only. */
  problems: NewProblem[];
}

export function naiveRows(): NaiveRows {
  return { reports: [], cancels: [], rejects: [], decisions: [], trades: [], problems: [] };
}

/** Answers each list by the sentence that documents it, by looking at every row. */
export function readNaively(rows: NaiveRows, keys: SnapshotKeys): SnapshotRows {
  const { reports, cancels, decisions, trades } = rows;
  const familiesWhere = (fits: (row: NewReport & Marks) => boolean) => reports.filter(fits).map((row) => row.familyKey);
  const families = new Set([
    ...keys.families,
    ...keys.aliases.flatMap((alias) => {
      const carriers = new Set(familiesWhere((row) => row.aliasKeys.includes(alias)));
      const counting = new Set(familiesWhere((row) => row.undone === null && carriers.has(row.familyKey)));
      return [...counting].sort().slice(0, keys.carriersMax);
    }),
    ...familiesWhere((row) => row.familyClass === "content" && keys.idlessContents.includes(row.contentKey)),
    ...familiesWhere((row) => row.familyClass !== "content" && keys.contents.includes(row.contentKey)),
    ...familiesWhere((row) => row.fill !== null && keys.tradeFamilies.includes(row.tradeId ?? "")),
  ]);
  return {
    revisions: reports
      .filter((row) => keys.revisions.includes(row.revisionKey))
      .map(({ revisionKey: key, firstReportedAt }) => ({ key, firstReportedAt })),
    cancelKeys: cancels.map((row) => row.cancelKey).filter((key) => keys.cancelKeys.includes(key)),
    rejectKeys: rows.rejects
      .filter((row) => keys.rejectKeys.includes(row.rejectKey))
      .map(({ rejectKey: key, firstReportedAt }) => ({ key, firstReportedAt })),
    undone: [
      ...reports.filter((row) => row.undone !== null && keys.revisions.includes(row.revisionKey)),
      ...cancels.filter((row) => row.undone !== null && keys.cancelKeys.includes(row.cancelKey)),
    ].map((row) => ("cancelKey" in row ? row.cancelKey : row.revisionKey)),
    reports: reports.filter((row) => families.has(row.familyKey)),
    cancels: cancels.filter((row) => {
      return [row.familyKey ?? "", ...row.aliasKeys].some((name) => keys.cancelNames.includes(name));
    }),
    decisions: decisions.filter((row) => keys.decisions.includes(row.familyKey)),
    trades: trades.filter((row) => keys.orderKeys.includes(row.orderKey) || keys.tradeIds.includes(row.id)),
    members: reports.filter((row) => row.fill !== null && row.tradeId !== null && keys.members.includes(row.tradeId)),
  };
}

/** Writes a plan and checks what a database's constraints would check. */
export function writeNaively(rows: NaiveRows, plan: CommitPlan): void {
  for (const { revisionKey, marks } of plan.marks) {
    rows.reports = rows.reports.map((row) => (row.revisionKey === revisionKey ? { ...row, ...marks } : row));
  }
  rows.reports = [...rows.reports, ...plan.reports];
  for (const { revisionKey, ...envelope } of plan.revived) {
    rows.reports = rows.reports.map((row) => (row.revisionKey === revisionKey ? { ...row, ...envelope } : row));
  }
  for (const { revisionKey, ...moment } of plan.moments) {
    rows.reports = rows.reports.map((row) => (row.revisionKey === revisionKey ? { ...row, ...moment } : row));
  }
  for (const { rejectKey, ...moment } of plan.rejectMoments) {
    rows.rejects = rows.rejects.map((row) => (row.rejectKey === rejectKey ? { ...row, ...moment } : row));
  }
  for (const { cancelKey, ...marks } of plan.cancelMarks) {
    rows.cancels = rows.cancels.map((row) => (row.cancelKey === cancelKey ? { ...row, ...marks } : row));
  }
  rows.cancels = [...rows.cancels, ...plan.cancels.map((cancel) => ({ ...cancel, undone: null }))];
  rows.rejects = [...rows.rejects, ...plan.rejects];
  const decided = new Set(plan.decisions.map((row) => row.familyKey));
  const kept = rows.decisions.filter(
    (row) => !decided.has(row.familyKey) && !plan.decisionsRemoved.includes(row.familyKey),
  );
  rows.decisions = [...kept, ...plan.decisions];
  const gone = new Set([...plan.tradesRemoved, ...plan.trades.map((row) => row.id)]);
  rows.trades = [...rows.trades.filter((row) => !gone.has(row.id)), ...plan.trades];
  // One that is open stays as it is, but for what the plan says of it now.
  for (const problem of plan.problemsOpened) {
    if (!rows.problems.some((one) => one.problemKey === problem.problemKey)) rows.problems.push(problem);
  }
  for (const { problemKey, ...words } of plan.problemsReworded) {
    rows.problems = rows.problems.map((one) => (one.problemKey === problemKey ? { ...one, ...words } : one));
  }
  rows.problems = rows.problems.filter((problem) => !plan.problemsResolved.includes(problem.problemKey));
  checkUnique("report", rows.reports, (row) => row.revisionKey);
  checkUnique(
    "canonical report of a family",
    rows.reports.filter((row) => row.canonical),
    (row) => row.familyKey,
  );
  checkUnique("cancel", rows.cancels, (row) => row.cancelKey);
  checkUnique("trade of an order", rows.trades, (row) => row.orderKey);
}

function checkUnique<Row>(what: string, rows: readonly Row[], keyOf: (row: Row) => string): void {
  const keys = rows.map(keyOf);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`there are two: ${what} ${twice}`);
}
