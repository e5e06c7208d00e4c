import { isRunnable } from "./connection-status.ts";
import { inParallel } from "./in-parallel.ts";
import type { IngestReport } from "./ingest-report.ts";
import type { Logger } from "./logger.ts";
import type { BookStore } from "./store-contract.ts";
import { type SyncResult, syncResult } from "./sync-result.ts";

/** One person's runs at the same time: the other users of the host want some too. */
const CONCURRENCY = 4;

export interface SyncAllParts {
  readonly store: Pick<BookStore, "connections">;
  readonly userId: string;
  readonly run: (connectionId: string) => Promise<IngestReport>;
  readonly logger: Logger;
}

/** Runs all connections of one person that scheduled runs would ask the broker for; one result each, in the order of the connections' list. */
export async function syncAll({ store, userId, run, logger }: SyncAllParts): Promise<readonly SyncResult[]> {
  const ids = await activeIds({ store, userId });
  const results: SyncResult[] = [];
  const waiting = ids.entries();
  await inParallel({
    workers: CONCURRENCY,
    next: async () => waiting.next().value ?? null,
    async work([place, connectionId]) {
      results[place] = await syncResult(connectionId, { run: () => run(connectionId), logger });
    },
  });
  return results;
}

async function activeIds({ store, userId }: Pick<SyncAllParts, "store" | "userId">): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: { readonly after?: string } = {};
  for (;;) {
    const filter = { limit: 200, ...after };
    const slice = await store.connections(userId, filter);
    ids.push(
      ...slice.items
        .filter(({ status, schedule }) => schedule === "interval" && isRunnable(status))
        .map(({ id }) => id),
    );
    if (slice.next === null) return ids;
    after = { after: slice.next };
  }
}
