import * as z from "zod/mini";
import type { Clock } from "./clock.ts";
import { type Instant, instantFromUnixMs, unixMsOf } from "./instant.ts";
import type { Logger } from "./logger.ts";
import { parseOptions } from "./parse-options.ts";
import type { BookStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import { wholeNumber } from "./whole-number.ts";

/** What is deleted, of all owners. What is left out stays, whatever its age. Fills, decisions and credentials are never. */
export interface PruneRequest {
  /** Runs that ended longer ago, with their steps. Those that stored something stay, because they can be undone. */
  readonly jobsOlderThanMs?: number;
  /** Steps that began longer ago; their jobs stay. */
  readonly stepsOlderThanMs?: number;
  /** Problems that were opened and resolved longer ago. One that comes again is a new one. */
  readonly resolvedProblemsOlderThanMs?: number;
  /** Audit events that happened longer ago. */
  readonly auditOlderThanMs?: number;
  /** Also jobs that stored something: `undoImport` does not know them any more. @defaultValue false */
  readonly includeUndoable?: boolean;
  /** Most rows of each kind in one call, 1 to 10,000. @defaultValue 1,000 */
  readonly limit?: number;
}

/** How many rows were deleted. */
export interface PruneReport {
  /** Jobs, with all of their steps. */
  readonly jobs: number;
  /** Those of the deleted jobs are among them. */
  readonly steps: number;
  /** Resolved problems. */
  readonly problems: number;
  /** Audit events. */
  readonly audit: number;
  /** A kind reached the limit: call again. */
  readonly more: boolean;
}

/** A `PruneRequest` for a store: absent moments delete nothing. */
export interface StorePrune {
  readonly jobsBefore?: Instant;
  readonly stepsBefore?: Instant;
  readonly problemsBefore?: Instant;
  readonly auditBefore?: Instant;
  readonly includeUndoable: boolean;
  readonly limit: number;
}

const age = z.exactOptional(z.int().check(z.minimum(0)));

const pruneSchema = z.strictObject({
  jobsOlderThanMs: age,
  stepsOlderThanMs: age,
  resolvedProblemsOlderThanMs: age,
  auditOlderThanMs: age,
  includeUndoable: z._default(z.boolean(), false),
  limit: z._default(wholeNumber(1, 10_000), 1000),
});

/** Nothing that is stored happened earlier. */
const FIRST_MS = Date.UTC(2000, 0);

interface PruneParts {
  readonly store: Pick<BookStore, "now" | "prune">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Deletes what nobody looks at any more, a bounded part of it. */
export async function prune({ store, clock, logger }: PruneParts, request: PruneRequest): Promise<PruneReport> {
  const parsed = parseOptions(pruneSchema, request);
  const report = await inStore("old rows could not be deleted", async () => {
    // What is deleted is gone: however far a worker's clock is off, ages are by the store's time.
    const nowMs = clock.simulated === true ? clock.now() : unixMsOf(await store.now());
    const before = <Name extends string>(name: Name, ageMs: number | undefined) => {
      return ageMs === undefined ? {} : { [name]: instantFromUnixMs(Math.max(FIRST_MS, nowMs - ageMs)) };
    };
    return store.prune({
      ...before("jobsBefore", parsed.jobsOlderThanMs),
      ...before("stepsBefore", parsed.stepsOlderThanMs),
      ...before("problemsBefore", parsed.resolvedProblemsOlderThanMs),
      ...before("auditBefore", parsed.auditOlderThanMs),
      includeUndoable: parsed.includeUndoable,
      limit: parsed.limit,
    });
  });
  logger.info({ ...report }, "old rows were deleted");
  return report;
}
