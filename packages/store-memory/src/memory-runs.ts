import { type Clock, instantFromUnixMs, type Job, unixMsOf } from "@fillbook/core";
import {
  abandonedRun,
  addStats,
  type BatchRun,
  type BookStore,
  type CommitBatch,
  type CommitResult,
  committedResult,
  type IngestStore,
  isRunnable,
  noStats,
  type RunStart,
} from "@fillbook/core/store";
import { closeRun } from "./memory-close-run.ts";
import { connectionView } from "./memory-connections.ts";
import { dueConnections } from "./memory-due.ts";
import { planFor, writePlan } from "./memory-plan.ts";
import { copyOf } from "./memory-slice.ts";
import { type Lease, type MemoryTables, type OwnerTables, ownerTables } from "./memory-tables.ts";

type Runs = Pick<BookStore, "beginRun" | "renewLease" | "commit" | "claimDue" | "endRun" | "queueFollowUp">;

/** Leases, jobs and commits. Each method is one step without a wait, which is a transaction here. */
export function memoryRuns(tables: MemoryTables, clock: Clock): Runs {
  const now = () => instantFromUnixMs(clock.now());
  const holder = (connectionId: string, token: number): Lease | null => {
    const lease = tables.leases.get(connectionId);
    return lease !== undefined && lease.token === token && lease.jobId !== null ? lease : null;
  };
  return {
    async beginRun(request) {
      return beginRun(tables, request, clock);
    },
    async renewLease({ connectionId, token, leaseMs }) {
      const lease = holder(connectionId, token);
      if (lease !== null) lease.expiresAtMs = clock.now() + leaseMs;
      return lease !== null;
    },
    async commit(batch, { leaseMs } = {}) {
      const { owner, run } = batch;
      if (run === null) return commitDecision(ownerTables(tables, owner), batch);
      const lease = holder(run.connectionId, run.token);
      if (lease === null || lease.owner !== owner || lease.jobId !== run.jobId) return { kind: "fenced" };
      if (leaseMs !== undefined) lease.expiresAtMs = clock.now() + leaseMs;
      return commitPage(ownerTables(tables, owner), { batch, run, lease });
    },
    async claimDue({ limit, leaseMs }) {
      closeLost(tables, now());
      return dueConnections(tables, { limit, leaseMs, nowMs: clock.now() });
    },
    async queueFollowUp(owner, { connectionId, jobId }) {
      const lease = tables.leases.get(connectionId);
      if (lease === undefined || lease.owner !== owner || lease.jobId !== jobId) return false;
      lease.followUp = true;
      // Already due, so that it comes also when the running process dies: who runs is not claimed.
      if (lease.dueAtMs !== null) lease.dueAtMs = Math.min(lease.dueAtMs, clock.now());
      return true;
    },
    async endRun(end) {
      const lease = holder(end.connectionId, end.token);
      if (lease === null || lease.owner !== end.owner || lease.jobId !== end.jobId) return { kind: "fenced" };
      return closeRun(tables, { end, lease, at: now() });
    },
  };
}

function beginRun(tables: MemoryTables, request: Parameters<IngestStore["beginRun"]>[0], clock: Clock): RunStart {
  const { connectionId, mode, window, leaseMs } = request;
  const lease = tables.leases.get(connectionId);
  const owner = lease === undefined ? undefined : ownerTables(tables, lease.owner);
  const connection = owner?.connections.get(connectionId);
  if (lease === undefined || owner === undefined || connection === undefined) return { kind: "missing" };
  if (connection.status === "disconnected") return { kind: "disconnected" };
  const { status, pausedUntil } = connection;
  const isPaused = !isRunnable(status) || (pausedUntil !== null && unixMsOf(pausedUntil) > clock.now());
  if (request.onSchedule === true && isPaused) return { kind: "paused" };
  if (lease.jobId !== null && lease.expiresAtMs > clock.now()) return { kind: "busy", runningJobId: lease.jobId };
  const startedAt = instantFromUnixMs(clock.now());
  if (lease.jobId !== null) closeAbandoned(tables, lease, startedAt);
  const jobId = crypto.randomUUID();
  Object.assign(lease, { jobId, token: lease.token + 1, expiresAtMs: clock.now() + leaseMs });
  Object.assign(lease, { lastPage: null, followUp: false });
  owner.jobs.set(jobId, {
    ...{ id: jobId, userId: lease.owner, connectionId, mode, window, status: "running", startedAt, finishedAt: null },
    ...{ cursorBefore: lease.cursor, cursorAfter: lease.cursor, stats: noStats, error: null, more: false },
    ...{ unchangedRuns: 0, undoneAt: null },
  });
  const { token, cursor, coverage } = lease;
  const started = { jobId, token, connection: connectionView(owner, connection), cursor, coverage, startedAt };
  return { kind: "started", ...started };
}

/** Where nothing is ever due no run comes by to close what a dead process left. */
function closeLost(tables: MemoryTables, at: Job["startedAt"]): void {
  for (const lease of tables.leases.values()) {
    if (lease.jobId === null || lease.dueAtMs !== null || lease.expiresAtMs > unixMsOf(at)) continue;
    closeAbandoned(tables, lease, at);
    Object.assign(lease, { token: lease.token + 1, jobId: null, expiresAtMs: 0, followUp: false });
  }
}

function closeAbandoned(tables: MemoryTables, lease: Lease, finishedAt: Job["startedAt"]): void {
  const { jobs } = ownerTables(tables, lease.owner);
  const job = jobs.get(lease.jobId ?? "");
  if (job === undefined) return;
  jobs.set(job.id, { ...job, status: "failed", finishedAt, error: abandonedRun(job.connectionId) });
}

/** Decisions whose answers are kept for one owner; who lost one asks again at once. */
const ANSWERS_MAX = 1000;

function commitDecision(owner: OwnerTables, batch: CommitBatch): CommitResult {
  const { answers } = owner;
  const known = answers.get(batch.id);
  if (known !== undefined) return copyOf(known);
  const result = writeBatch(owner, batch);
  if (result.kind !== "committed") return result;
  answers.set(batch.id, copyOf(result));
  for (const [oldest] of answers) if (answers.size > ANSWERS_MAX) answers.delete(oldest);
  return result;
}

function commitPage(
  owner: OwnerTables,
  { batch, run, lease }: { batch: CommitBatch; run: BatchRun; lease: Lease },
): CommitResult {
  if (lease.lastPage !== null && run.page <= lease.lastPage.page)
    return { kind: "committed", stats: lease.lastPage.stats };
  const result = writeBatch(owner, batch);
  if (result.kind !== "committed") return result;
  const { stats } = result;
  lease.lastPage = { page: run.page, stats };
  lease.cursor = run.cursor;
  lease.coverage = run.coverage ?? lease.coverage;
  const job = owner.jobs.get(run.jobId);
  if (job !== undefined) owner.jobs.set(job.id, { ...job, stats: addStats(job.stats, stats), cursorAfter: run.cursor });
  return result;
}

function writeBatch(owner: OwnerTables, batch: CommitBatch): CommitResult {
  const answer = planFor(owner, batch);
  if (answer.kind === "stale") return answer;
  writePlan(owner, batch, answer.plan);
  return copyOf(committedResult(answer.plan));
}
