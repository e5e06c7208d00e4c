import * as z from "zod/mini";
import type { Clock } from "./clock.ts";
import { inParallel } from "./in-parallel.ts";
import type { IngestReport } from "./ingest-report.ts";
import type { Logger } from "./logger.ts";
import { parseOptions } from "./parse-options.ts";
import type { IngestStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import { type SyncResult, syncResult } from "./sync-result.ts";
import { wholeNumber } from "./whole-number.ts";

/** How long a claimed connection waits for its run at most before it is due again. */
const CLAIM_MS = 120_000;
/** Connections claimed at once for each run that may go on: a claim costs more than a run in a large backlog. */
const CLAIMED_AHEAD = 4;

/** One tick of a scheduler. */
export interface DueRequest {
  /** Most connections of this tick, 1 to 10,000. @defaultValue 100 */
  readonly limit?: number;
  /** Runs at the same time, 1 to 100. @defaultValue 4 */
  readonly concurrency?: number;
  /** Ends the runs that are going on as `ABORTED` and begins no other. */
  readonly signal?: AbortSignal;
}

export interface DueParts {
  readonly store: Pick<IngestStore, "claimDue">;
  /** null where the connection is not to run by now. */
  readonly ingest: (connectionId: string, signal: AbortSignal) => Promise<IngestReport | null>;
  readonly clock: Pick<Clock, "now">;
  /** Aborted when the book closes. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

const dueSchema = z.object({
  limit: z._default(wholeNumber(1, 10_000), 100),
  concurrency: z._default(wholeNumber(1, 100), 4),
});

/** Runs the connections that are due. Claims no more than it can begin soon, so that other workers get the rest. */
export async function ingestDue(
  { store, ingest, clock, closing, logger }: DueParts,
  request: DueRequest,
): Promise<readonly SyncResult[]> {
  const { limit, concurrency } = parseOptions(dueSchema, request);
  // A clock that no run can begin with claims nothing from workers whose clock is right.
  clock.now();
  const signal = request.signal === undefined ? closing : AbortSignal.any([closing, request.signal]);
  const next = claims({ store, limit, atOnce: concurrency * CLAIMED_AHEAD, signal });
  const results: SyncResult[] = [];
  await inParallel({
    ...{ workers: concurrency, next },
    async work(connectionId) {
      const result = await syncResult(connectionId, { run: () => ingest(connectionId, signal), logger });
      // Between its claim and its turn somebody else's run may have met what pauses it.
      if (result.report !== null || result.error !== null) results.push(result);
    },
  });
  return results;
}

/** Hands out due connections one by one; null when there are no more, or the limit or an abort ends it. */
function claims(from: {
  readonly store: DueParts["store"];
  readonly limit: number;
  readonly atOnce: number;
  readonly signal: AbortSignal;
}): () => Promise<string | null> {
  const { store, limit, atOnce, signal } = from;
  const claimed: string[] = [];
  let left = limit;
  let isDrained = false;
  let claiming: Promise<void> | null = null;
  const claim = async () => {
    const ids = await inStore("due connections could not be claimed", () =>
      store.claimDue({ limit: Math.min(atOnce, left), leaseMs: CLAIM_MS }),
    );
    claimed.push(...ids);
    left -= ids.length;
    isDrained = ids.length === 0 || left <= 0;
  };
  return async () => {
    while (claimed.length === 0 && !isDrained && !signal.aborted) {
      // Workers that run dry together wait for one claim.
      claiming ??= claim().finally(() => {
        claiming = null;
      });
      await claiming;
    }
    return signal.aborted ? null : (claimed.shift() ?? null);
  };
}
