import { type Instant, instantFromUnixMs, type Job, unixMsOf } from "@fillbook/core";
import { type ConnectionEnd, dueAfterMs, type RunEnd, type RunEndResult } from "@fillbook/core/store";
import { writeAudit } from "./memory-audit.ts";
import { settleProblem } from "./memory-problems.ts";
import { type Lease, type MemoryTables, type OwnerTables, ownerTables } from "./memory-tables.ts";

/** Closes the job that holds the lease, and writes what the run makes of its connection. */
export function closeRun(
  tables: MemoryTables,
  { end, lease, at }: { end: RunEnd; lease: Lease; at: Instant },
): RunEndResult {
  const owner = ownerTables(tables, end.owner);
  const job = owner.jobs.get(end.jobId);
  if (job === undefined) return { kind: "fenced" };
  const { status, more, error } = end;
  const unchangedRuns = end.unchanged ? takeOver(owner, lease) + 1 : 0;
  if (end.unchanged) lease.unchangedJobId = job.id;
  const ended: Job = { ...job, status, more, error, finishedAt: at, cursorAfter: lease.cursor, unchangedRuns };
  owner.jobs.set(job.id, ended);
  if (end.connection !== null) writeConnection(owner, { end, after: end.connection, lease, at });
  const { connectionId } = end;
  settleProblem(owner, end.problem ?? {}, { userId: end.owner, connectionId, jobId: job.id, openedAt: at });
  writeAudit(owner, end.audit);
  Object.assign(lease, { jobId: null, expiresAtMs: 0, followUp: false });
  return { kind: "ended", job: ended };
}

/** Drops the job that stood for the runs without change so far; answers how many they were. */
function takeOver({ jobs, steps, index }: OwnerTables, { unchangedJobId }: Lease): number {
  const before = unchangedJobId === null ? undefined : jobs.get(unchangedJobId);
  if (before === undefined) return 0;
  jobs.delete(before.id);
  for (const id of [...index.jobSteps.values([before.id])]) {
    index.jobSteps.remove(before.id, id);
    steps.delete(id);
  }
  return before.unchangedRuns;
}

function writeConnection(
  { connections }: OwnerTables,
  { end, after, lease, at }: { end: RunEnd; after: ConnectionEnd; lease: Lease; at: Instant },
): void {
  const connection = connections.get(end.connectionId);
  if (connection === undefined || connection.status === "disconnected") return;
  const { status, health, breaker, consecutiveFailures } = after;
  const dueInMs = dueAfterMs(after, { followUp: lease.followUp });
  const nextSyncAt = later(at, dueInMs);
  lease.dueAtMs = nextSyncAt === null ? null : unixMsOf(nextSyncAt);
  connections.set(connection.id, {
    ...{ ...connection, status, health, breaker, consecutiveFailures, nextSyncAt },
    pausedUntil: later(at, after.pausedForMs),
    lastSyncAt: at,
    lastSucceededAt: end.status === "succeeded" ? at : connection.lastSucceededAt,
    lastValidatedAt: after.validated ? at : connection.lastValidatedAt,
    updatedAt: at,
  });
}

function later(at: Instant, ms: number | null): Instant | null {
  return ms === null ? null : instantFromUnixMs(unixMsOf(at) + ms);
}
