import { type Clock, instantFromUnixMs, systemClock } from "@fillbook/core";
import type { BookStore } from "@fillbook/core/store";
import { memoryAudit } from "./memory-audit.ts";
import { memoryConnections } from "./memory-connections.ts";
import { memoryFills } from "./memory-fills.ts";
import { memoryLists } from "./memory-lists.ts";
import { memoryProblems } from "./memory-problems.ts";
import { memoryPrune } from "./memory-prune.ts";
import { memoryRuns } from "./memory-runs.ts";
import { memorySteps } from "./memory-steps.ts";
import { memoryTables } from "./memory-tables.ts";

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
    now: async () => instantFromUnixMs(clock.now()),
    async readState(key) {
      return structuredClone(tables.state.get(key) ?? null);
    },
    async writeState(key, value, version) {
      if ((tables.state.get(key)?.version ?? 0) !== version) return false;
      tables.state.set(key, { value: structuredClone(value), version: version + 1 });
      return true;
    },
    ...memoryConnections(tables),
    ...memoryLists(tables),
    ...memoryFills(tables),
    ...memoryProblems(tables),
    ...memorySteps(tables),
    ...memoryAudit(tables),
    ...memoryPrune(tables),
  };
}
