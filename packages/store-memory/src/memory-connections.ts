import { type Connection, ImportError, type Json, type OpenProblems, unixMsOf } from "@fillbook/core";
import {
  accountConnected,
  type ConnectionChange,
  type ConnectionStore,
  isRunnable,
  nothingCovered,
} from "@fillbook/core/store";
import { writeAudit } from "./memory-audit.ts";
import { settleProblem } from "./memory-problems.ts";
import { type ConnectionRow, type Lease, type MemoryTables, type OwnerTables, ownerTables } from "./memory-tables.ts";

type Connections = Omit<ConnectionStore, "connection" | "connections">;

/** Connections are made and changed, each with its lease and its sealed credentials. */
export function memoryConnections(tables: MemoryTables): Connections {
  const { sealed: rows } = tables;
  return {
    async createConnection({ connection, sealed = null, cursor = null, sole, audit }) {
      const { id, userId: owner } = connection;
      if (tables.leases.has(id)) throw new ImportError("OPTION_INVALID", `there is a connection ${id} already`);
      const own = ownerTables(tables, owner);
      const row = structuredClone({ ...connection, sole });
      refuseSecond(own, row);
      own.connections.set(id, row);
      tables.leases.set(id, newLease(row, structuredClone(cursor)));
      if (sealed !== null) rows.set(id, structuredClone({ owner, connectionId: id, sealed }));
      writeAudit(own, audit);
    },
    async changeConnection(change) {
      return changeConnection(tables, structuredClone(change));
    },
    async coverage(owner, connectionId) {
      const lease = tables.leases.get(connectionId);
      return lease?.owner === owner ? structuredClone(lease.coverage) : null;
    },
    async sealedCredentials(owner, connectionId) {
      const row = rows.get(connectionId);
      return row?.owner === owner ? structuredClone(row.sealed) : null;
    },
    async replaceSealedCredentials({ owner, connectionId, expected, sealed, audit }) {
      const row = rows.get(connectionId);
      if (row?.owner !== owner || JSON.stringify(row.sealed) !== JSON.stringify(expected)) return false;
      rows.set(connectionId, structuredClone({ owner, connectionId, sealed }));
      writeAudit(ownerTables(tables, owner), audit);
      return true;
    },
    async listSealedCredentials({ after, limit }) {
      const above = [...rows.values()].filter(({ connectionId }) => connectionId > after);
      const sorted = above.sort((left, right) => (left.connectionId < right.connectionId ? -1 : 1));
      return structuredClone(sorted.slice(0, limit));
    },
  };
}

/** The connection as it is read: with the problems that are open now. */
export function connectionView(own: OwnerTables, row: ConnectionRow): Connection {
  return connectionViews(own)(row);
}

/** One look at the problems for any number of connections. */
export function connectionViews({ problems }: OwnerTables): (row: ConnectionRow) => Connection {
  const none: OpenProblems = { error: 0, warning: 0, info: 0 };
  const counts = new Map<string, OpenProblems>();
  for (const { connectionId, resolvedAt, severity } of problems.values()) {
    if (connectionId === null || resolvedAt !== null) continue;
    const count = counts.get(connectionId) ?? none;
    counts.set(connectionId, { ...count, [severity]: count[severity] + 1 });
  }
  return ({ sole: _sole, ...connection }) => {
    const openProblems = counts.get(connection.id) ?? none;
    return structuredClone({ ...connection, openProblems });
  };
}

function refuseSecond({ connections }: OwnerTables, { id, connector, accountRef, sole }: ConnectionRow): void {
  if (!sole || accountRef === null) return;
  for (const other of connections.values()) {
    if (!other.sole || other.id === id || other.connector !== connector || other.accountRef !== accountRef) continue;
    throw accountConnected(other.id);
  }
}

function newLease(connection: ConnectionRow, cursor: Json): Lease {
  return {
    ...{ owner: connection.userId, token: 0, jobId: null, expiresAtMs: 0 },
    ...{ dueAtMs: dueAtMsOf(connection), cursor, coverage: nothingCovered },
    ...{ lastPage: null, followUp: false, unchangedJobId: null },
  };
}

function dueAtMsOf({ status, nextSyncAt }: ConnectionRow): number | null {
  return isRunnable(status) && nextSyncAt !== null ? unixMsOf(nextSyncAt) : null;
}

function changeConnection(tables: MemoryTables, change: ConnectionChange): Connection | null {
  const { owner, connectionId, from, at, set, sealed } = change;
  const own = ownerTables(tables, owner);
  const { connections } = own;
  const stored = connections.get(connectionId);
  const lease = tables.leases.get(connectionId);
  if (stored === undefined || lease === undefined || !from.includes(stored.status)) return null;
  const changed: ConnectionRow = { ...stored, ...set, sole: change.sole ?? stored.sole, updatedAt: at };
  refuseSecond(own, changed);
  connections.set(connectionId, changed);
  if (set.status !== undefined || set.nextSyncAt !== undefined) lease.dueAtMs = dueAtMsOf(changed);
  if (sealed === null) tables.sealed.delete(connectionId);
  else if (sealed !== undefined) tables.sealed.set(connectionId, { owner, connectionId, sealed });
  if (change.fencedBy !== undefined) fenceRun(tables, lease, { error: change.fencedBy, at });
  settleProblem(own, change, { userId: owner, connectionId, jobId: null, openedAt: at });
  writeAudit(own, change.audit);
  return connectionView(own, changed);
}

function fenceRun(
  tables: MemoryTables,
  lease: Lease,
  { error, at }: { error: NonNullable<ConnectionChange["fencedBy"]>; at: ConnectionChange["at"] },
): void {
  const { jobs } = ownerTables(tables, lease.owner);
  const job = lease.jobId === null ? undefined : jobs.get(lease.jobId);
  if (job === undefined) return;
  jobs.set(job.id, { ...job, status: "failed", finishedAt: at, error });
  Object.assign(lease, { token: lease.token + 1, jobId: null, expiresAtMs: 0, followUp: false });
}
