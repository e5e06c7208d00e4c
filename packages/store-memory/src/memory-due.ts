import { isRunnable } from "@fillbook/core/store";
import { type Lease, type MemoryTables, ownerTables } from "./memory-tables.ts";

/** Claims due connections; each owner's longest due before anyone's second. */
export function dueConnections(
  tables: MemoryTables,
  { limit, leaseMs, nowMs }: { limit: number; leaseMs: number; nowMs: number },
): readonly string[] {
  const due = [...tables.leases].flatMap(([connectionId, lease]) => {
    const connection = ownerTables(tables, lease.owner).connections.get(connectionId);
    const isRunning = lease.jobId !== null && lease.expiresAtMs > nowMs;
    if (connection === undefined || !isRunnable(connection.status) || isRunning) return [];
    return lease.dueAtMs !== null && lease.dueAtMs <= nowMs ? [{ connectionId, lease, dueAtMs: lease.dueAtMs }] : [];
  });
  const claimed = inTurns(due.sort((left, right) => left.dueAtMs - right.dueAtMs)).slice(0, limit);
  for (const { lease } of claimed) lease.dueAtMs = nowMs + leaseMs;
  return claimed.map(({ connectionId }) => connectionId);
}

/** First everyone's first, then everyone's second, and so on. The sort is stable: within a turn their order stays. */
function inTurns<Due extends { readonly lease: Lease }>(due: readonly Due[]): Due[] {
  const counts = new Map<string, number>();
  const numbered = due.map((one) => {
    const turn = counts.get(one.lease.owner) ?? 0;
    counts.set(one.lease.owner, turn + 1);
    return { one, turn };
  });
  return numbered.sort((left, right) => left.turn - right.turn).map(({ one }) => one);
}
