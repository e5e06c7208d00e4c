import { ingest, type Job, type Json, type RunStats } from "@fillbook/core";
import { addStats, noStats } from "@fillbook/core/store";
import { fakeClock } from "@fillbook/testkit";
import type { Pool } from "pg";
import { type PostgresStore, postgresStore } from "../../src/index.ts";
import { bookDigest, bookFaults } from "./crash-book.ts";
import type { CrashHistory } from "./crash-history.ts";
import { runChild } from "./crash-run.ts";
import type { HaltCounts, HaltPlace } from "./halt-at.ts";
import { sourceOptions } from "./import-source.ts";
import { passLeaseTime } from "./test-store.ts";

/** What a process that was killed, and the run after it, left behind. */
export interface CrashOutcome {
  readonly counts: HaltCounts;
  /** What is wrong by itself, without looking at a run that never died. */
  readonly faults: readonly string[];
  /** True when the killed run's job was left open. */
  readonly abandoned: boolean;
  readonly book: Readonly<Record<string, string>>;
  readonly cursor: Json;
  /** Of all jobs together, without their pages: some only look for what is new, as many as runs begin. */
  readonly stats: RunStats;
}

const LEASE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 5, 12);
const OWNER = "owner";

/**
 * Lets a process import the history and die at the place; null lets it finish. When its lease has run out, one run in
 * this process goes on.
 */
export async function crashAt(
  place: HaltPlace | null,
  { history, pool, databaseUrl, schema }: { history: CrashHistory; pool: Pool; databaseUrl: string; schema: string },
): Promise<CrashOutcome> {
  const store = postgresStore({ pool }, { schema });
  await store.migrate();
  try {
    await store.createConnection(history.connection);
    const child = await runChild({
      ...{ databaseUrl, schema, connectionId: history.connection.connection.id, source: history.source },
      ...{ leaseMs: LEASE_MS, startAtMs: START_MS, kill: place },
    });
    const faults = place === null ? [] : misfires(place, child);
    faults.push(...(await bookFaults(pool, schema)));
    const left = await jobsOf(store);
    await passLeaseTime(pool, { schema, ms: LEASE_MS + 1_000 });
    if (place !== null) faults.push(...(await runAgain(store, history)));
    const jobs = await jobsOf(store);
    faults.push(...(await bookFaults(pool, schema)), ...jobFaults(left, jobs));
    const book = await bookDigest(pool, schema);
    const { calls, statements } = child;
    return {
      ...{ counts: { calls, statements }, faults, book, abandoned: left.some(isRunning) },
      stats: sumOf(jobs),
      cursor: await nextCursor(store, history),
    };
  } finally {
    await pool.query(`drop schema "${schema}" cascade`);
  }
}

function misfires(place: HaltPlace, { signal, calls, statements }: Awaited<ReturnType<typeof runChild>>): string[] {
  // A call that was begun while this one waited for its answer is counted, too.
  const reached = "call" in place ? calls >= place.call : "statement" in place && statements === place.statement;
  return signal === "SIGKILL" && reached ? [] : [`the kill did not fire: ${signal} at ${calls} calls`];
}

async function runAgain(store: PostgresStore, { connection: { connection }, source }: CrashHistory): Promise<string[]> {
  const due = await store.claimDue({ limit: 10, leaseMs: LEASE_MS });
  const faults = due.includes(connection.id) ? [] : ["the connection is not due when its lease has run out"];
  const report = await ingest({
    ...{ store, connectionId: connection.id, mode: "manual", leaseMs: LEASE_MS, clock: fakeClock(START_MS) },
    ...sourceOptions(source),
  });
  if (report.status === "skipped") faults.push("the next run was skipped");
  else if (report.error !== null) faults.push(`the next run failed: ${report.error.code} ${report.error.message}`);
  return faults;
}

/** What is wrong with the jobs, given those that the killed process had left. */
function jobFaults(left: readonly Job[], jobs: readonly Job[]): string[] {
  const abandoned = left.filter(isRunning).map(({ id }) => id);
  return jobs.flatMap((job) => {
    const { fetched, inserted, updated, duplicates, corrected, canceled, conflicts, ignored, rejected } = job.stats;
    const sum = inserted + updated + duplicates + corrected + canceled + conflicts + ignored + rejected;
    const faults = fetched === sum ? [] : [`a job fetched ${fetched} records and counts ${sum}`];
    if (isRunning(job)) faults.push("a job stayed open");
    const before = left.find(({ id }) => id === job.id);
    if (before !== undefined && JSON.stringify(before.stats) !== JSON.stringify(job.stats))
      faults.push("the statistics of the killed run changed");
    const isLost = job.status === "failed" && job.error?.code === "LEASE_LOST";
    if (isLost !== abandoned.includes(job.id)) faults.push(`the killed run's job is ${job.status} ${job.error?.code}`);
    return faults;
  });
}

function sumOf(jobs: readonly Job[]): RunStats {
  const sum = jobs.reduce((total, { stats }) => addStats(total, stats), noStats);
  return { ...sum, pages: 0 };
}

async function jobsOf(store: PostgresStore): Promise<readonly Job[]> {
  return (await store.jobs(OWNER, {})).items;
}

function isRunning({ status }: Job): boolean {
  return status === "running";
}

/** Where the next run would start. It takes the lease, so it comes last. */
async function nextCursor(store: PostgresStore, { connection: { connection } }: CrashHistory): Promise<Json> {
  const start = await store.beginRun({ connectionId: connection.id, mode: "manual", window: {}, leaseMs: LEASE_MS });
  return start.kind === "started" ? placeOf(start.cursor) : start.kind;
}

/** A cursor without what it remembers of the key: each history has one of its own. */
function placeOf(cursor: Json): Json {
  if (typeof cursor !== "object" || cursor === null || !("key" in cursor)) return cursor;
  const { key: _key, ...place } = cursor;
  return place;
}
