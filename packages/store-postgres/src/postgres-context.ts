import type { Clock } from "@fillbook/core";
import type { OnCommit } from "./call-host.ts";
import type { PostgresDriver } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";

/** What every part of the store works with. */
export interface PostgresContext {
  readonly driver: PostgresDriver;
  readonly tables: PostgresTables;
  readonly clock: Clock;
  /** How long to wait for a free connection. */
  readonly connectMs: number;
  readonly onCommit: OnCommit | null;
  /** How long `onCommit` may take, whatever a caller allows. */
  readonly onCommitTimeoutMs: number;
}
