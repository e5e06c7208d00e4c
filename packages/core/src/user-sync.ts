import type { IngestReport } from "./ingest-report.ts";
import type { Logger } from "./logger.ts";
import type { Connection } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { syncAll } from "./sync-all.ts";
import { type SyncParts, type SyncRequest, syncNow } from "./sync-now.ts";
import type { SyncResult } from "./sync-result.ts";

/** Runs that a person asks for. */
export interface UserSync {
  /**
   * Imports one connection now, also while scheduled runs pause. When a run is going on its job is named instead and the
   * broker is not asked twice. A connection that needs new credentials ends as `blocked_reauth`, without asking the broker.
   *
   * @throws ImportError `CONNECTION_NOT_FOUND`, `CONNECTION_DISCONNECTED`, `OPTION_INVALID`.
   * @example
   * await book.forUser(userId).syncNow(connectionId, { after: orderSentAt });
   */
  syncNow(connectionId: string, request?: SyncRequest): Promise<IngestReport>;
  /** Imports all active connections of this person now, a few at a time. One that fails does not stop the others. */
  syncAll(): Promise<readonly SyncResult[]>;
}

export function userSync(parts: {
  readonly userId: string;
  readonly store: BookStore;
  readonly logger: Logger;
  readonly runNow: SyncParts["run"];
  readonly ownConnection: (id: string) => Promise<Connection>;
}): UserSync {
  const { userId, store, logger, runNow, ownConnection } = parts;
  return {
    async syncNow(connectionId, request = {}) {
      await ownConnection(connectionId);
      return syncNow({ store, userId, run: runNow }, connectionId, request);
    },
    syncAll: () => syncAll({ store, userId, logger, run: (connectionId) => runNow(connectionId, {}) }),
  };
}
