import { type Clock, ImportError, type Instant, instantFromUnixMs, type Job, unixMsOf } from "@fillbook/core";
import {
  addStats,
  type CommitBatch,
  type CommitResult,
  type IngestStore,
  noStats,
  type RunEnd,
  type RunEndResult,
  type RunStart,
} from "@fillbook/core/store";
import { planFor, writePlan } from "./memory-plan.ts";
import { type Lease, type MemoryTables, ownerTables } from "./memory-tables.ts";

type Runs = Pick<IngestStore, "beginRun" | "renewLease" | "commit" | "claimDue" | "endRun">;

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
      const { run } = batch;
      const lease = run === null ? null : holder(run.connectionId, run.token);
      if (run !== null && lease?.owner !== batch.owner) return { kind: "fenced" };
      const result = commit(tables, batch);
      if (lease !== null && run !== null) {
        lease.cursor = run.cursor;
        if (leaseMs !== undefined) lease.expiresAtMs = clock.now() + leaseMs;
      }
      return result;
    },
    async claimDue({ limit, leaseMs }) {
      return claimDue(tables, { limit, leaseMs, nowMs: clock.now() });
    },
    async endRun(end) {
      const lease = holder(end.connectionId, end.token);
      return lease?.owner === end.owner ? endRun(tables, { end, lease, at: now() }) : { kind: "fenced" };
    },
  };
}

function endRun(tables: MemoryTables, { end, lease, at }: { end: RunEnd; lease: Lease; at: Instant }): RunEndResult {
  const owner = ownerTables(tables, end.owner);
  const job = owner.jobs.get(end.jobId);
  if (job === undefined) return { kind: "fenced" };
  const { status, more, error } = end;
  const ended: Job = { ...job, status, more, error, finishedAt: at, cursorAfter: lease.cursor };
  owner.jobs.set(job.id, ended);
  const connection = owner.connections.get(end.connectionId);
  const dueAtMs = unixMsOf(at) + (connection?.syncEveryMs ?? 0);
  Object.assign(lease, { jobId: null, expiresAtMs: 0, dueAtMs });
  if (connection !== undefined && connection.status !== "disconnected") {
    const lastSucceededAt = status === "succeeded" ? at : connection.lastSucceededAt;
    const nextSyncAt = instantFromUnixMs(dueAtMs);
    const changes = {
      status: end.connectionStatus,
      health: end.health,
      nextSyncAt,
      lastSyncAt: at,
      lastSucceededAt,
      updatedAt: at,
    };
    owner.connections.set(connection.id, { ...connection, ...changes });
  }
  return { kind: "ended", job: ended };
}

function claimDue(
  tables: MemoryTables,
  { limit, leaseMs, nowMs }: { limit: number; leaseMs: number; nowMs: number },
): readonly string[] {
  const due = [...tables.leases].filter(([connectionId, lease]) => {
    const connection = ownerTables(tables, lease.owner).connections.get(connectionId);
    const running = lease.jobId !== null && lease.expiresAtMs > nowMs;
    return connection?.status === "active" && lease.dueAtMs <= nowMs && !running;
  });
  const claimed = due.sort(([, left], [, right]) => left.dueAtMs - right.dueAtMs).slice(0, limit);
  for (const [, lease] of claimed) lease.dueAtMs = nowMs + leaseMs;
  return claimed.map(([connectionId]) => connectionId);
}

function beginRun(tables: MemoryTables, request: Parameters<IngestStore["beginRun"]>[0], clock: Clock): RunStart {
  const { connectionId, mode, window, leaseMs } = request;
  const lease = tables.leases.get(connectionId);
  const owner = lease === undefined ? undefined : ownerTables(tables, lease.owner);
  const connection = owner?.connections.get(connectionId);
  if (lease === undefined || owner === undefined || connection === undefined) return { kind: "missing" };
  if (connection.status === "disconnected") return { kind: "disconnected" };
  if (lease.jobId !== null && lease.expiresAtMs > clock.now()) return { kind: "busy", runningJobId: lease.jobId };
  const startedAt = instantFromUnixMs(clock.now());
  if (lease.jobId !== null) closeAbandoned(tables, lease, startedAt);
  const jobId = crypto.randomUUID();
  Object.assign(lease, { jobId, token: lease.token + 1, expiresAtMs: clock.now() + leaseMs });
  owner.jobs.set(jobId, {
    ...{ id: jobId, userId: lease.owner, connectionId, mode, window, status: "running", startedAt, finishedAt: null },
    ...{ cursorBefore: lease.cursor, cursorAfter: lease.cursor, stats: noStats, error: null, more: false },
  });
  return { kind: "started", jobId, token: lease.token, connection, cursor: lease.cursor, startedAt };
}

function closeAbandoned(tables: MemoryTables, lease: Lease, finishedAt: Job["startedAt"]): void {
  const { jobs } = ownerTables(tables, lease.owner);
  const job = jobs.get(lease.jobId ?? "");
  if (job === undefined) return;
  const { connectionId } = job;
  const error = new ImportError("LEASE_LOST", `the run was abandoned: its process ended or slept past its lease`);
  const { code, recovery, message, retryAfterMs } = error;
  const status = "failed";
  jobs.set(job.id, { ...job, status, finishedAt, error: { code, recovery, message, retryAfterMs, connectionId } });
}

function commit(tables: MemoryTables, batch: CommitBatch): CommitResult {
  const owner = ownerTables(tables, batch.owner);
  const plan = planFor(owner, batch);
  writePlan(owner, batch, plan);
  const job = owner.jobs.get(batch.run?.jobId ?? "");
  if (job !== undefined && batch.run !== null) {
    owner.jobs.set(job.id, { ...job, stats: addStats(job.stats, plan.stats), cursorAfter: batch.run.cursor });
  }
  return { kind: "committed", stats: plan.stats };
}
