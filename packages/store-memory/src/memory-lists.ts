import { instant, type Slice, type Trade, type TradeFilter } from "@fillbook/core";
import type { BookStore, JobRecord } from "@fillbook/core/store";
import {
  executionMatcher,
  executionView,
  idMatcher,
  isRemovedTrade,
  problemMatcher,
  tradeMatcher,
  tradeView,
} from "@fillbook/core/store";
import { connectionView, connectionViews } from "./memory-connections.ts";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, type OwnerTables, ownerTables } from "./memory-tables.ts";

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
      const own = of(owner);
      const row = own.connections.get(id);
      return row === undefined ? null : connectionView(own, row);
    },
    async connections(owner, filter) {
      const own = of(owner);
      const { items, next } = sliceOf(own.connections, filter);
      return { items: items.map(connectionViews(own)), next };
    },
    async trade(owner, id) {
      const row = of(owner).trades.get(id);
      return row === undefined || isRemovedTrade(tradeView(row)) ? null : copyOf(tradeView(row));
    },
    async trades(owner, filter) {
      return tradesOf(of(owner), filter);
    },
    async inbox(owner, filter) {
      const slice = tradesOf(of(owner), { ...filter, inbox: "pending_review" });
      return { ...slice, manuals: manualsBeside(of(owner), slice.items) };
    },
    async executions(owner, filter) {
      const { items, next } = sliceOf(of(owner).reports, filter, executionMatcher(filter));
      return { items: items.map(executionView), next };
    },
    async job(owner, id) {
      return copyOf(of(owner).jobs.get(id) ?? null);
    },
    async jobs(owner, filter) {
      return sliceOf(of(owner).jobs, filter, (job) => {
        return isEqual(filter.connectionId, job.connectionId) && isEqual(filter.status, job.status);
      });
    },
    async jobRecords(owner, request) {
      return jobRecordsOf(of(owner), request);
    },
    async problems(owner, filter) {
      const { problems, connections } = of(owner);
      return sliceOf(
        problems,
        filter,
        problemMatcher(filter, (id) => connections.get(id)?.broker),
      );
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

function tradesOf({ trades, reports }: OwnerTables, filter: TradeFilter): Slice<Trade> {
  const isListed = tradeMatcher(filter, filter.search === undefined ? new Set() : tradesFound(reports, filter.search));
  const { items, next } = sliceOf(trades, filter, (row) => {
    const trade = tradeView(row);
    return !isRemovedTrade(trade) && isListed(trade);
  });
  return { items: items.map(tradeView), next };
}

/** The trades of executions that have an id which begins like this. */
function tradesFound(reports: OwnerTables["reports"], search: string): ReadonlySet<string> {
  const isFound = idMatcher(search);
  const ids = new Set<string>();
  for (const report of reports.values()) if (report.tradeId !== null && isFound(report)) ids.add(report.tradeId);
  return ids;
}

/** The manual trades of the days of these trades. */
function manualsBeside({ trades }: OwnerTables, beside: readonly Trade[]): Trade[] {
  const days = new Set(beside.map(({ lastExecutedAt }) => lastExecutedAt.slice(0, 10)));
  return [...days].flatMap((day) => {
    const ofDay = [...trades.newest({ from: instant(`${day}T00:00:00Z`), to: instant(`${day}T23:59:59.999999Z`) })];
    return copyOf(ofDay.map(tradeView).filter((trade) => trade.broker === "manual" && !isRemovedTrade(trade)));
  });
}
