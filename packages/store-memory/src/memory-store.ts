import { type Clock, ImportError, systemClock, unixMsOf } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { memoryLists } from "./memory-lists.ts";
import { memoryRuns } from "./memory-runs.ts";
import { memoryTables, ownerTables } from "./memory-tables.ts";

export interface MemoryStoreOptions {
  /** The clock of leases and jobs. @defaultValue the machine's */
  readonly clock?: Clock;
}

/**
 * A whole store in the memory of one process: for tests, trials and demos. It forgets everything when the process ends,
 * and no other process sees it.
 */
export function memoryStore({ clock = systemClock }: MemoryStoreOptions = {}): BookStore {
  const tables = memoryTables();
  return {
    async ready() {
      // There is nothing to migrate.
    },
    ...memoryRuns(tables, clock),
    async readState(key) {
      return structuredClone(tables.state.get(key) ?? null);
    },
    async writeState(key, value, version) {
      if ((tables.state.get(key)?.version ?? 0) !== version) return false;
      tables.state.set(key, { value: structuredClone(value), version: version + 1 });
      return true;
    },
    async createConnection(connection) {
      if (tables.leases.has(connection.id))
        throw new ImportError("OPTION_INVALID", `there is a connection ${connection.id} already`);
      ownerTables(tables, connection.userId).connections.set(connection.id, structuredClone(connection));
      tables.leases.set(connection.id, {
        owner: connection.userId,
        token: 0,
        jobId: null,
        expiresAtMs: 0,
        dueAtMs: unixMsOf(connection.nextSyncAt),
        cursor: null,
        lastPage: null,
      });
    },
    ...memoryLists(tables),
  };
}
