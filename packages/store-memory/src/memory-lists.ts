import type { ExecutionFilter, ProblemFilter, Slice, SliceRequest, Trade, TradeFilter } from "@fillbook/core";
import type { BookStore, JobRecord, StoredProblem } from "@fillbook/core/store";
import { executionView, isRemovedTrade, tradeView } from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, type OwnerTables, ownerTables, type ReportRow } from "./memory-tables.ts";

type Lists = Pick<
  BookStore,
  | "connection"
  | "connections"
  | "trade"
  | "trades"
  | "inbox"
  | "executions"
  | "job"
  | "jobs"
  | "jobRecords"
  | "problems"
>;

/** All reads on behalf of a person. Results are copies: what a host does to them changes nothing stored. */
export function memoryLists(tables: MemoryTables): Lists {
  const of = (owner: string) => ownerTables(tables, owner);
  return {
    async connection(owner, id) {
      return copyOf(of(owner).connections.get(id) ?? null);
    },
    async connections(owner, filter) {
      return sliceOf([...of(owner).connections.values()], filter, (row) => ({ at: row.createdAt, id: row.id }));
    },
    async trade(owner, id) {
      const row = of(owner).trades.get(id);
      return row === undefined || isRemovedTrade(tradeView(row)) ? null : copyOf(tradeView(row));
    },
    async trades(owner, filter) {
      return sliceOf(tradesOf(of(owner), filter), filter, (trade) => ({ at: trade.lastExecutedAt, id: trade.id }));
    },
    async inbox(owner, filter) {
      const pending = tradesOf(of(owner), { ...filter, inbox: "pending_review" });
      const slice = sliceOf(pending, filter, (trade) => ({ at: trade.lastExecutedAt, id: trade.id }));
      const days = new Set(slice.items.map(lastDayOf));
      const manuals = tradesOf(of(owner), { broker: "manual" }).filter((trade) => days.has(lastDayOf(trade)));
      return { ...slice, manuals: copyOf(manuals) };
    },
    async executions(owner, filter) {
      const rows = reportsOf(of(owner), filter);
      const slice = sliceOf(rows, filter, (row) => ({ at: row.executedAt, id: row.revisionKey }));
      return { items: slice.items.map(executionView), next: slice.next };
    },
    async job(owner, id) {
      return copyOf(of(owner).jobs.get(id) ?? null);
    },
    async jobs(owner, filter) {
      const rows = [...of(owner).jobs.values()].filter((job) => {
        return isEqual(filter.connectionId, job.connectionId) && isEqual(filter.status, job.status);
      });
      return sliceOf(rows, filter, (job) => ({ at: job.startedAt, id: job.id }));
    },
    async jobRecords(owner, request) {
      return jobRecordsOf(of(owner), request);
    },
    async problems(owner, filter) {
      const rows = problemsOf(of(owner), filter);
      return sliceOf(rows, filter, (problem) => ({ at: problem.openedAt, id: problem.id }));
    },
  };
}

/** Families first, then cancels, each in the order of their keys. */
function jobRecordsOf(
  { reports, cancels }: OwnerTables,
  { jobId, limit = 50, after = "" }: Parameters<BookStore["jobRecords"]>[1],
): Slice<JobRecord> {
  const isWanted = (row: { readonly jobId: string; readonly undone: string | null }) =>
    row.jobId === jobId && row.undone === null;
  const records = new Map<string, JobRecord>();
  for (const { familyKey, ...row } of reports.values()) {
    if (isWanted(row)) records.set(`0${familyKey}`, { kind: "family", familyKey });
  }
  for (const { cancelKey, familyKey, aliasKeys, ...row } of cancels.values()) {
    if (isWanted(row)) records.set(`1${cancelKey}`, { kind: "cancel", cancelKey, familyKey, aliasKeys });
  }
  const rest = [...records].filter(([key]) => key > after).sort(([left], [right]) => (left < right ? -1 : 1));
  const page = rest.slice(0, limit);
  return { items: page.map(([, record]) => record), next: rest.length > limit ? (page.at(-1)?.[0] ?? null) : null };
}

function reportsOf({ reports }: OwnerTables, filter: ExecutionFilter): ReportRow[] {
  return [...reports.values()].filter((row) => {
    const basics = matches(row, filter, { symbol: row.instrument.symbol, at: row.executedAt });
    return basics && isEqual(filter.tradeId, row.tradeId) && isEqual(filter.canonical, row.canonical);
  });
}

function problemsOf({ problems }: OwnerTables, filter: ProblemFilter): StoredProblem[] {
  const { state = "open", connectionId, kind, severity } = filter;
  return [...problems.values()].filter((problem) => {
    const stateFits = state === "all" || (problem.resolvedAt === null) === (state === "open");
    const kindFits = isEqual(kind, problem.kind) && isEqual(severity, problem.severity);
    return stateFits && kindFits && isEqual(connectionId, problem.connectionId);
  });
}

function tradesOf(tables: OwnerTables, filter: TradeFilter): Trade[] {
  const rows = [...tables.trades.values()].filter((row) => {
    return matches(row, filter, { symbol: row.instrument.symbol, at: row.totals.last.executedAt });
  });
  return rows.map(tradeView).filter((trade) => {
    return (
      !isRemovedTrade(trade) &&
      isEqual(filter.inbox, trade.inbox) &&
      isEqual(filter.status, trade.status) &&
      isEqual(filter.changedSinceReview, trade.changedSinceReview) &&
      isEqual(filter.broker, trade.broker) &&
      isEqual(filter.connectionId, trade.connectionId)
    );
  });
}

function lastDayOf({ lastExecutedAt }: Trade): string {
  return lastExecutedAt.slice(0, 10);
}

interface BasicFilter extends SliceRequest {
  readonly account?: string;
  readonly symbol?: string;
  readonly from?: string;
  readonly to?: string;
}

function matches(
  row: { readonly account: string },
  filter: BasicFilter,
  { symbol, at }: { symbol: string; at: string },
): boolean {
  const { account, from = "", to } = filter;
  return (
    isEqual(account, row.account) && isEqual(filter.symbol, symbol) && at >= from && (to === undefined || at <= to)
  );
}
