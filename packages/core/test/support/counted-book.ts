import type { CommitBatch, CommitPlan, NewReport } from "../../src/plan/commit-batch.ts";
import { namesOf } from "../../src/plan/missing-keys.ts";
import { planCommit } from "../../src/plan/plan-commit.ts";
import type { Marks, StoredCancel, TradeRow } from "../../src/plan/plan-types.ts";
import { emptySnapshot, extendSnapshot, type SnapshotKeys, type SnapshotRows } from "../../src/plan/snapshot.ts";
import type { Told } from "./told.ts";
import { toldBatch } from "./told-batch.ts";

/** What one commit cost. */
export interface CommitCost {
  readonly rounds: number;
  /** Reports and cancels that were read. */
  readonly rows: number;
  /** Time of the processor that the longest look at a snapshot took, in milliseconds. */
  readonly longestMs: number;
}

type Row = NewReport & Marks;

/** A book with an index for each question, so that what grows with it is the planner's. It knows no decisions. */
export function countedBook() {
  const tables = {
    reports: new Map<string, Row>(),
    cancels: new Map<string, StoredCancel>(),
    trades: new Map<string, TradeRow>(),
    orders: new Map<string, string>(),
    families: new Map<string, Set<string>>(),
    aliases: new Map<string, Set<string>>(),
    names: new Map<string, Set<string>>(),
    contents: new Map<string, Set<string>>(),
    idless: new Map<string, Set<string>>(),
  };
  let commits = 0;
  return {
    tables,
    /** Stores records in one commit. */
    tell(records: readonly Told[]): CommitCost {
      commits += 1;
      return commit(tables, toldBatch(records, commits));
    },
  };
}

type Tables = ReturnType<typeof countedBook>["tables"];

function commit(tables: Tables, batch: CommitBatch): CommitCost {
  const snapshot = emptySnapshot();
  let [rounds, rows, longestMs] = [0, 0, 0];
  for (;;) {
    const before = process.threadCpuUsage();
    const answer = planCommit(snapshot, batch);
    const { user, system } = process.threadCpuUsage(before);
    longestMs = Math.max(longestMs, (user + system) / 1000);
    if (answer.kind === "stale") throw new Error("nothing was reviewed");
    if (answer.kind === "plan") {
      write(tables, answer.plan);
      return { rounds, rows, longestMs };
    }
    const found = read(tables, answer.keys);
    extendSnapshot(snapshot, answer.keys, found);
    rounds += 1;
    rows += found.reports.length + found.cancels.length + found.members.length;
  }
}

function read(tables: Tables, keys: SnapshotKeys): SnapshotRows {
  const families = new Set(keys.families);
  for (const alias of keys.aliases) {
    for (const key of [...(tables.aliases.get(alias) ?? [])].sort().slice(0, keys.carriersMax)) families.add(key);
  }
  for (const content of keys.contents) for (const key of tables.contents.get(content) ?? []) families.add(key);
  for (const content of keys.idlessContents) for (const key of tables.idless.get(content) ?? []) families.add(key);
  return {
    revisions: keys.revisions.flatMap((key) => {
      const row = tables.reports.get(key);
      return row === undefined ? [] : [{ key, firstReportedAt: row.firstReportedAt }];
    }),
    cancelKeys: keys.cancelKeys.filter((key) => tables.cancels.has(key)),
    ...{ rejectKeys: [], undone: [], decisions: [] },
    reports: rowsOf(tables.reports, tables.families, families),
    cancels: rowsOf(tables.cancels, tables.names, keys.cancelNames),
    trades: keys.orderKeys.flatMap((key) => tables.trades.get(tables.orders.get(key) ?? "") ?? []),
    members: [...tables.reports.values()].filter(({ tradeId }) => keys.members.includes(tradeId ?? "")),
  };
}

function rowsOf<Found>(
  table: ReadonlyMap<string, Found>,
  index: ReadonlyMap<string, ReadonlySet<string>>,
  keys: Iterable<string>,
): Found[] {
  const found: Found[] = [];
  for (const key of keys) {
    for (const id of index.get(key) ?? []) {
      const row = table.get(id);
      if (row !== undefined) found.push(row);
    }
  }
  return found;
}

function write(tables: Tables, plan: CommitPlan): void {
  for (const report of plan.reports) {
    tables.reports.set(report.revisionKey, report);
    add(tables.families, report.familyKey, report.revisionKey);
    add(report.familyClass === "content" ? tables.idless : tables.contents, report.contentKey, report.familyKey);
    for (const alias of report.aliasKeys) add(tables.aliases, alias, report.familyKey);
  }
  for (const { revisionKey, marks } of plan.marks) {
    const report = tables.reports.get(revisionKey);
    if (report !== undefined) tables.reports.set(revisionKey, { ...report, ...marks });
  }
  for (const cancel of plan.cancels) {
    tables.cancels.set(cancel.cancelKey, { ...cancel, undone: null });
    for (const name of namesOf(cancel)) add(tables.names, name, cancel.cancelKey);
  }
  for (const trade of plan.trades) {
    tables.trades.set(trade.id, trade);
    tables.orders.set(trade.orderKey, trade.id);
  }
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key) ?? new Set();
  index.set(key, values.add(value));
}
