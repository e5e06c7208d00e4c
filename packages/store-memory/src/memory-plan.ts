import {
  type CommitBatch,
  type CommitPlan,
  emptySnapshot,
  extendSnapshot,
  namesOf,
  type PlanAnswer,
  planCommit,
  type SnapshotKeys,
  type SnapshotRows,
} from "@fillbook/core/store";
import { writeAudit } from "./memory-audit.ts";
import { storedKeys, writeMoments } from "./memory-moments.ts";
import type { OwnerTables, ReportRow } from "./memory-tables.ts";

/** Asks core what to write, reading whatever it wants to see. */
export function planFor(tables: OwnerTables, batch: CommitBatch): Exclude<PlanAnswer, { readonly kind: "read" }> {
  const snapshot = emptySnapshot();
  for (;;) {
    const answer = planCommit(snapshot, batch);
    if (answer.kind !== "read") return answer;
    extendSnapshot(snapshot, answer.keys, readRows(tables, answer.keys));
  }
}

function readRows(tables: OwnerTables, keys: SnapshotKeys): SnapshotRows {
  const { index } = tables;
  const families = new Set(keys.families);
  for (const alias of keys.aliases) {
    for (const key of firstOf(countedCarriers(tables, alias), keys.carriersMax)) families.add(key);
  }
  for (const key of index.idlessFamilies.values(keys.idlessContents)) families.add(key);
  for (const key of index.contentFamilies.values(keys.contents)) families.add(key);
  for (const { familyKey } of present(tables.reports, index.tradeMembers.values(keys.tradeFamilies)))
    families.add(familyKey);
  return {
    revisions: storedKeys(tables.reports, keys.revisions),
    cancelKeys: keys.cancelKeys.filter((key) => tables.cancels.has(key)),
    rejectKeys: storedKeys(tables.rejects, keys.rejectKeys),
    undone: [
      ...keys.revisions.filter((key) => isUndone(tables.reports.get(key))),
      ...keys.cancelKeys.filter((key) => isUndone(tables.cancels.get(key))),
    ],
    reports: present(tables.reports, index.familyReports.values(families)),
    cancels: present(tables.cancels, index.cancelNames.values(keys.cancelNames)),
    decisions: present(tables.decisions, keys.decisions),
    trades: present(tables.trades, [...present(index.orderTrades, keys.orderKeys), ...keys.tradeIds]),
    members: present(tables.reports, index.tradeMembers.values(keys.members)),
  };
}

function* countedCarriers({ index, reports }: OwnerTables, alias: string): Generator<string> {
  for (const familyKey of index.aliasFamilies.values([alias])) {
    for (const key of index.familyReports.values([familyKey])) {
      if (isUndone(reports.get(key))) continue;
      yield familyKey;
      break;
    }
  }
}

/** The first of these keys in their order, in one pass over them. */
function firstOf(keys: Iterable<string>, limit: number): readonly string[] {
  const first: string[] = [];
  for (const key of keys) {
    const last = first.at(-1) ?? "";
    if (first.length === limit && key >= last) continue;
    const place = first.findIndex((other) => other > key);
    first.splice(place === -1 ? first.length : place, 0, key);
    if (first.length > limit) first.pop();
  }
  return first;
}

function isUndone(row: { readonly undone: string | null } | undefined): boolean {
  return row !== undefined && row.undone !== null;
}

function present<Row>(table: Pick<ReadonlyMap<string, Row>, "size" | "get">, keys: Iterable<string>): Row[] {
  if (table.size === 0) return [];
  const rows: Row[] = [];
  for (const key of keys) {
    const row = table.get(key);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

/** Writes a plan. Nothing here can fail or wait, so a commit is whole or not at all. */
export function writePlan(tables: OwnerTables, batch: CommitBatch, plan: CommitPlan): void {
  for (const { contextHash, context } of batch.contexts) tables.contexts.set(contextHash, context);
  for (const report of plan.reports) insertReport(tables, report);
  for (const { revisionKey, marks } of plan.marks) {
    const report = tables.reports.get(revisionKey);
    if (report !== undefined) placeReport(tables, report, { ...report, ...marks });
  }
  for (const { revisionKey, ...envelope } of plan.revived) {
    const report = tables.reports.get(revisionKey);
    if (report !== undefined) tables.reports.set(revisionKey, { ...report, ...envelope });
  }
  writeMoments(tables, plan);
  for (const { cancelKey, ...marks } of plan.cancelMarks) {
    const cancel = tables.cancels.get(cancelKey);
    if (cancel !== undefined) tables.cancels.set(cancelKey, { ...cancel, ...marks });
  }
  for (const cancel of plan.cancels) {
    tables.cancels.set(cancel.cancelKey, { ...cancel, undone: null });
    for (const name of namesOf(cancel)) tables.index.cancelNames.add(name, cancel.cancelKey);
  }
  for (const reject of plan.rejects)
    tables.rejects.set(reject.rejectKey, { ...reject, resolvedAt: null, resolvedJobId: null });
  writeRereads(tables, batch, plan);
  for (const familyKey of plan.decisionsRemoved) tables.decisions.delete(familyKey);
  for (const decision of plan.decisions) tables.decisions.set(decision.familyKey, decision);
  writeTrades(tables, plan);
  writeProblems(tables, batch, plan);
  writeUndo(tables, batch, plan);
  for (const event of plan.audit) writeAudit(tables, event);
}

function writeUndo({ jobs }: OwnerTables, { undo, at }: CommitBatch, plan: CommitPlan): void {
  const job = undo === undefined ? undefined : jobs.get(undo.jobId);
  if (job === undefined || plan.undo === null || plan.undo.reportCount + plan.undo.cancelCount === 0) return;
  jobs.set(job.id, { ...job, undoneAt: at });
}

function insertReport(tables: OwnerTables, report: ReportRow): void {
  if (tables.reports.has(report.revisionKey)) throw new Error(`report ${report.revisionKey} is stored already`);
  const { index } = tables;
  index.familyReports.add(report.familyKey, report.revisionKey);
  const alike = report.familyClass === "content" ? index.idlessFamilies : index.contentFamilies;
  alike.add(report.contentKey, report.familyKey);
  for (const alias of report.aliasKeys) index.aliasFamilies.add(alias, report.familyKey);
  placeReport(tables, null, report);
}

function placeReport(tables: OwnerTables, before: ReportRow | null, report: ReportRow): void {
  const { tradeMembers } = tables.index;
  if (before?.fill && before.tradeId !== null) tradeMembers.remove(before.tradeId, report.revisionKey);
  if (report.fill !== null && report.tradeId !== null) tradeMembers.add(report.tradeId, report.revisionKey);
  tables.reports.set(report.revisionKey, report);
}

function writeTrades({ trades, index }: OwnerTables, plan: CommitPlan): void {
  for (const id of [...plan.tradesRemoved, ...plan.trades.map((trade) => trade.id)]) {
    const before = trades.get(id);
    if (before !== undefined) index.orderTrades.delete(before.orderKey);
  }
  for (const id of plan.tradesRemoved) trades.delete(id);
  for (const trade of plan.trades) {
    trades.set(trade.id, trade);
    index.orderTrades.set(trade.orderKey, trade.id);
  }
}

function writeRereads({ rejects }: OwnerTables, batch: CommitBatch, plan: CommitPlan): void {
  for (const { rejectKey, reason } of plan.rereads) {
    const reject = rejects.get(rejectKey);
    if (reject === undefined || reject.resolvedAt !== null) continue;
    const resolved = { resolvedAt: batch.at, resolvedJobId: batch.run?.jobId ?? null };
    rejects.set(rejectKey, reason === null ? { ...reject, ...resolved } : { ...reject, reason });
  }
}

function writeProblems({ problems }: OwnerTables, batch: CommitBatch, plan: CommitPlan): void {
  for (const problem of plan.problemsOpened) {
    const known = problems.get(problem.problemKey);
    if (known !== undefined && known.resolvedAt === null) continue;
    problems.set(problem.problemKey, {
      ...problem,
      id: problem.problemKey,
      userId: batch.owner,
      connectionId: batch.run?.connectionId ?? null,
      jobId: batch.run?.jobId ?? null,
      openedAt: batch.at,
      resolvedAt: null,
    });
  }
  for (const { problemKey, ...words } of plan.problemsReworded) {
    const known = problems.get(problemKey);
    if (known?.resolvedAt === null) problems.set(problemKey, { ...known, ...words });
  }
  for (const key of plan.problemsResolved) {
    const known = problems.get(key);
    if (known?.resolvedAt === null) problems.set(key, { ...known, resolvedAt: batch.at });
  }
}
