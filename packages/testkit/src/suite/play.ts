import { createHash, randomUUID } from "node:crypto";
import {
  type AuditEvent,
  type Clock,
  type IngestReport,
  type Instant,
  ingest,
  instant,
  type Json,
  type RunReport,
} from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { fakeClock } from "../fake-clock.ts";
import { newConnection } from "../new-connection.ts";
import { type ScriptedPage, type ScriptedRecord, scripted, scriptedPage } from "../scripted.ts";

/** Makes a connection of a scripted connector and answers with its id. */
export async function aConnection(
  store: BookStore,
  details: {
    owner?: string;
    connector?: string;
    broker?: string;
    accountRef?: string;
    syncEveryMs?: number;
    /** The hour of 2026-01-01 at which it is due first. @defaultValue 0 */
    dueHour?: number;
    settings?: Json;
    sealed?: Json;
  } = {},
): Promise<string> {
  const { owner = "owner", dueHour = 0, sealed = null, ...names } = details;
  const id = randomUUID();
  const now = instant("2026-01-01T00:00:00Z");
  const nextSyncAt = instant(`2026-01-01T${String(dueHour).padStart(2, "0")}:00:00Z`);
  await store.createConnection(
    newConnection({
      connection: { id, userId: owner, nextSyncAt, ...names },
      ...{ sealed, audit: connected(id, now) },
    }),
  );
  return id;
}

function connected(connectionId: string, at: Instant): AuditEvent {
  const event = { action: "connection.connected", connectionId, tradeId: null, details: null } as const;
  return { id: randomUUID(), at, by: "owner", ...event };
}

/** Runs one import of these pages through the whole engine. */
export async function playPages(
  store: BookStore,
  connectionId: string,
  pages: readonly Extract<ScriptedPage, { records: unknown }>[],
  { connector = scripted({ pages: [] }), clock = fakeClock() }: { connector?: AnyConnector; clock?: Clock } = {},
): Promise<RunReport> {
  const report = await ingest({
    ...{ store, connectors: [connector], connectionId, mode: "manual", clock },
    credentials: async () => ({ token: "t" }),
    pages: pagesOf(pages),
  });
  return ranReport(report);
}

/** Runs one import of a single page of these records. */
export function play(store: BookStore, connectionId: string, records: readonly ScriptedRecord[]): Promise<RunReport> {
  return playPages(store, connectionId, [{ records }]);
}

/** The report of a run that was not skipped. */
export function ranReport(report: IngestReport): RunReport {
  if (report.status === "skipped") throw new Error(`the run was skipped: job ${report.runningJobId} is running`);
  return report;
}

async function* pagesOf(pages: readonly Extract<ScriptedPage, { records: unknown }>[]) {
  for (const [index, page] of pages.entries()) yield scriptedPage(page, index + 1);
}

/** Reads a list to its end. */
export async function readAll<Item>(
  read: (after: {
    readonly after?: string;
  }) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<Item[]> {
  const items: Item[] = [];
  let slice = await read({});
  items.push(...slice.items);
  while (slice.next !== null) {
    slice = await read({ after: slice.next });
    items.push(...slice.items);
  }
  return items;
}

/**
 * Everything a host can see of one owner's fills, without what depends on when and in which run it arrived: two stores
 * that were told the same things have equal states. The moments of answers stand apart, in {@link momentsOf}.
 */
export async function stateOf(store: BookStore, owner = "owner"): Promise<unknown> {
  const executions = await readAll((after) => store.executions(owner, { limit: 200, ...after }));
  const trades = await readAll((after) => store.trades(owner, { limit: 200, ...after }));
  const problems = await readAll((after) => store.problems(owner, { limit: 200, ...after }));
  const tradeNames = new Map(trades.map((trade) => [trade.id, nameOfTrade(executions, trade.id)]));
  return {
    executions: executions
      .map(({ tradeId, ...execution }) => {
        const {
          jobId: _job,
          connectionId: _connection,
          fetchedAt: _fetched,
          firstReportedAt: _at,
          ...facts
        } = execution;
        return { ...facts, trade: tradeId === null ? null : tradeNames.get(tradeId) };
      })
      .sort(byText),
    trades: trades
      .map(
        ({
          id,
          connectionId: _connection,
          lastJobId: _job,
          createdAt: _created,
          updatedAt: _updated,
          version: _version,
          ...facts
        }) => {
          return { ...facts, trade: tradeNames.get(id) };
        },
      )
      .sort(byText),
    // A reject's key holds its connection; what it says does not.
    problems: problems
      .map((problem) => `${problem.kind} ${problem.kind === "reject" ? problem.message : problem.problemKey}`)
      .sort(),
  };
}

/** By report: the earliest moment at which the broker reported it. */
export async function momentsOf(store: BookStore, owner = "owner"): Promise<Readonly<Record<string, string | null>>> {
  const executions = await readAll((after) => store.executions(owner, { limit: 200, ...after }));
  return Object.fromEntries(executions.map(({ id, firstReportedAt }) => [id, firstReportedAt]));
}

function nameOfTrade(
  executions: readonly { readonly tradeId: string | null; readonly id: string }[],
  tradeId: string,
): string {
  const members = executions.filter((execution) => execution.tradeId === tradeId).map((execution) => execution.id);
  return createHash("sha256").update(members.sort().join()).digest("hex").slice(0, 12);
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}
