import type { BookStore } from "@fillbook/core/store";
import { postgresAudit } from "./postgres-audit.ts";
import { postgresConnections } from "./postgres-connections.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { PostgresDriver } from "./postgres-driver.ts";
import { type IntegrityReport, verifyIntegrity } from "./postgres-integrity.ts";
import { postgresLists } from "./postgres-lists.ts";
import { checkSchema, migrateSchema } from "./postgres-migrate.ts";
import { postgresMoments } from "./postgres-moments.ts";
import type { ParsedOptions } from "./postgres-options.ts";
import { postgresProblems } from "./postgres-problems.ts";
import { postgresPrune } from "./postgres-prune.ts";
import { type RebuildReport, rebuildTrades } from "./postgres-rebuild.ts";
import { postgresRuns } from "./postgres-runs.ts";
import { postgresState } from "./postgres-state.ts";
import { postgresSteps } from "./postgres-steps.ts";
import { postgresTables } from "./postgres-tables.ts";

/** A store in PostgreSQL, with what its operator needs. */
export interface PostgresStore extends BookStore, AsyncDisposable {
  /** Brings the tables to this release's version. Any number of processes may call it at once, at every start. */
  migrate(): Promise<void>;
  /**
   * Looks for anything stored that contradicts something else stored: for one owner, or for all. Writes nothing; imports go
   * on beside it.
   */
  verifyIntegrity(request?: { readonly owner?: string }): Promise<IntegrityReport>;
  /**
   * Settles every fill again from its reports and sums every trade again from its fills: for one owner, or for all. A store
   * that is right is left as it is; imports go on beside it.
   */
  rebuildTrades(request?: { readonly owner?: string }): Promise<RebuildReport>;
  /** Closes what the store itself opened: the pool of a `url`, the database of a `dataDir`. */
  close(): Promise<void>;
}

/** The store over a database that is reached by `driver`. */
export function storeOnDriver(driver: PostgresDriver, options: ParsedOptions): PostgresStore {
  const context: PostgresContext = {
    driver,
    tables: postgresTables(options.schema),
    clock: options.clock,
    connectMs: options.connectMs,
    onCommit: options.onCommit ?? null,
    onCommitTimeoutMs: options.onCommitTimeoutMs,
  };
  const close = () => driver.close();
  return {
    ready: () => checkSchema(context),
    migrate: () => migrateSchema(context),
    ...postgresRuns(context),
    ...postgresState(context),
    ...postgresConnections(context),
    ...postgresLists(context),
    ...postgresMoments(context),
    ...postgresProblems(context),
    ...postgresSteps(context),
    ...postgresAudit(context),
    ...postgresPrune(context),
    verifyIntegrity: ({ owner } = {}) => verifyIntegrity(context, owner),
    rebuildTrades: ({ owner } = {}) => rebuildTrades(context, owner),
    close,
    [Symbol.asyncDispose]: close,
  };
}
