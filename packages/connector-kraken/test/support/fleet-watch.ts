import type { Connection } from "@fillbook/core";
import type { IngestStore, RunStart } from "@fillbook/core/store";

/** What is seen of the runs while they go on, and every rule that was broken. */
export interface FleetWatch {
  readonly violations: string[];
  /** How often each fault struck, and each thing that the check is about happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** Jobs that began and whose end never reached the store, with what became of their connection's lease. */
  readonly abandoned: () => readonly BegunJob[];
  readonly triedAtMs: (connectionId: string) => number;
  /** Of a connection that ran. */
  readonly ownerOf: (connectionId: string) => string;
  count(name: string, by?: number): void;
  claimed(connectionIds: readonly string[]): void;
  begun(request: Parameters<IngestStore["beginRun"]>[0], start: RunStart): void;
  renewed(connectionId: string, leaseMs: number): void;
  ended(jobId: string): void;
  /** New credentials end the run that goes on. */
  fenced(connectionId: string): void;
  /** A connector was asked to pull; call what it answers when the pulling has ended. A gap is what its run asks for besides. */
  pulled(connectionId: string, asked: { readonly connection: Connection | null; readonly isGap: boolean }): () => void;
}

export interface BegunJob {
  readonly jobId: string;
  readonly owner: string;
  readonly connectionId: string;
}

interface WatchedLease {
  readonly jobId: string;
  expiresAtMs: number;
}

interface Seen {
  readonly now: () => number;
  readonly violations: string[];
  readonly jobs: Map<string, BegunJob>;
  readonly leases: Map<string, WatchedLease>;
  /** Claims that no scheduled run has used yet. */
  readonly claims: Map<string, number>;
  readonly claimedAtMs: Map<string, number>;
  readonly triedAtMs: Map<string, number>;
  readonly owners: Map<string, string>;
  readonly pulls: Map<string, Set<string>>;
  readonly pulledJobs: Set<string>;
}

export function fleetWatch(now: () => number): FleetWatch {
  const counts = new Map<string, number>();
  const seen: Seen = {
    ...{ now, violations: [], jobs: new Map(), leases: new Map(), claims: new Map(), claimedAtMs: new Map() },
    ...{ triedAtMs: new Map(), owners: new Map(), pulls: new Map(), pulledJobs: new Set() },
  };
  return {
    violations: seen.violations,
    counts,
    abandoned: () => [...seen.jobs.values()],
    triedAtMs: (connectionId) => seen.triedAtMs.get(connectionId) ?? Number.NEGATIVE_INFINITY,
    ownerOf: (connectionId) => seen.owners.get(connectionId) ?? "",
    count(name, by = 1) {
      counts.set(name, (counts.get(name) ?? 0) + by);
    },
    claimed(connectionIds) {
      for (const id of connectionIds) {
        seen.claims.set(id, (seen.claims.get(id) ?? 0) + 1);
        seen.claimedAtMs.set(id, now());
      }
    },
    begun: (request, start) => begun(seen, request, start),
    renewed(connectionId, leaseMs) {
      const lease = seen.leases.get(connectionId);
      if (lease !== undefined) lease.expiresAtMs = now() + leaseMs;
    },
    ended(jobId) {
      const job = seen.jobs.get(jobId);
      seen.jobs.delete(jobId);
      if (job !== undefined && seen.leases.get(job.connectionId)?.jobId === jobId) seen.leases.delete(job.connectionId);
    },
    fenced(connectionId) {
      const lease = seen.leases.get(connectionId);
      if (lease !== undefined) seen.jobs.delete(lease.jobId);
      seen.leases.delete(connectionId);
    },
    pulled(connectionId, asked) {
      if (asked.isGap) this.count("a gap was read again");
      return pulled(seen, connectionId, asked);
    },
  };
}

function begun(seen: Seen, request: Parameters<IngestStore["beginRun"]>[0], start: RunStart): void {
  if (start.kind !== "started") return;
  const { connectionId, mode, leaseMs } = request;
  const { jobId, connection } = start;
  const nowMs = seen.now();
  const before = seen.leases.get(connectionId);
  if (before !== undefined && before.expiresAtMs > nowMs)
    seen.violations.push(`${connectionId}: job ${jobId} began while job ${before.jobId} held the lease`);
  if (mode === "scheduled") judgeScheduled(seen, connection, nowMs);
  seen.jobs.set(jobId, { jobId, owner: connection.userId, connectionId });
  seen.leases.set(connectionId, { jobId, expiresAtMs: nowMs + leaseMs });
  seen.triedAtMs.set(connectionId, nowMs);
  seen.owners.set(connectionId, connection.userId);
}

function judgeScheduled(seen: Seen, connection: Connection, nowMs: number): void {
  const { id, status, pausedUntil } = connection;
  const claims = (seen.claims.get(id) ?? 0) - 1;
  seen.claims.set(id, claims);
  if (claims < 0) seen.violations.push(`${id}: a scheduled run without a claim of its own`);
  if (pausedUntil !== null && Date.parse(pausedUntil) > nowMs)
    seen.violations.push(`${id}: a scheduled run inside the pause until ${pausedUntil}`);
  if (status !== "active") seen.violations.push(`${id}: a scheduled run of a connection that is ${status}`);
}

function pulled(
  seen: Seen,
  connectionId: string,
  { connection, isGap }: Parameters<FleetWatch["pulled"]>[1],
): () => void {
  const jobId = seen.leases.get(connectionId)?.jobId ?? "";
  const going = seen.pulls.get(connectionId) ?? new Set();
  seen.pulls.set(connectionId, going);
  if (connection?.status === "needs_reauth")
    seen.violations.push(`${connectionId}: the broker was asked although the connection needs new credentials`);
  const ask = isGap ? `${jobId} for a gap` : jobId;
  if (seen.pulledJobs.has(ask)) seen.violations.push(`${connectionId}: job ${ask} asked the broker twice`);
  seen.pulledJobs.add(ask);
  // A run that lost its lease in a standstill may still be reading; the fence keeps it from writing.
  const rivals = [...going].filter((rival) => seen.leases.get(connectionId)?.jobId === rival);
  if (rivals.length > 0) seen.violations.push(`${connectionId}: job ${jobId} pulls beside ${rivals.join()}`);
  going.add(jobId);
  return () => {
    going.delete(jobId);
  };
}
