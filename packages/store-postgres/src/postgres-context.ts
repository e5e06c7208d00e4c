import type { Clock } from "@fillbook/core";
import type { HostTransaction, PostgresDriver } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { StoreCommit } from "./store-commit.ts";

/** What every part of the store works with. */
export interface PostgresContext {
  readonly driver: PostgresDriver;
  readonly tables: PostgresTables;
  readonly clock: Clock;
  /** How long to wait for a free connection. */
  readonly connectMs: number;
  readonly onCommit: ((transaction: HostTransaction, commit: StoreCommit) => Promise<void>) | null;
}
