import * as z from "zod/mini";
import { commitBatch } from "./commit-page.ts";
import type { AnyConnector } from "./connector-contract.ts";
import { connectorOf } from "./connector-of.ts";
import { finishRun } from "./finish-run.ts";
import type { RunReport } from "./ingest-report.ts";
import { instantFromUnixMs } from "./instant.ts";
import { parseOptions } from "./parse-options.ts";
import type { Reject } from "./plan/plan-types.ts";
import { rereadBatch } from "./reread-batch.ts";
import { beginRun, type IngestOptions, type Run } from "./run.ts";
import { failureOf } from "./run-failure.ts";
import { driftProblemKey } from "./schema-drift.ts";
import type { BookStore, OpenRejects } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import { textId } from "./text-id.ts";
import { wholeNumber } from "./whole-number.ts";

/** Rejects that one commit reads again. */
const REJECTS_A_COMMIT = 100;

export interface ReprocessRequest {
  /** The connection whose rejects are read. */
  readonly connectionId: string;
  /** How many rejects are read again at most, 1 to 10,000. @defaultValue 1000 */
  readonly limit?: number;
  /** The `next` of the report before. */
  readonly after?: string;
}

/** What became of the rejects that were read again. */
export interface RejectCounts {
  /** All that were looked at. */
  readonly read: number;
  /** Now a report, a cancel, or known as no fill. One that only the database refuses is counted here and stays open. */
  readonly resolved: number;
  /** Still not readable; their problems say why. */
  readonly rejected: number;
  /** Left as they are: only the start of a record that was too large is stored. */
  readonly truncated: number;
}

/** `skipped`: a run of this connection is going on, and its job is named. */
export type ReprocessReport =
  /** Nothing was read: that job has the connection's lease. */
  | { readonly status: "skipped"; readonly runningJobId: string }
  | (RunReport & {
      /** What became of them, beside the run's own statistics. */
      readonly rejects: RejectCounts;
      /** Hand it back as `after` to read on; null when all were read, or when the run failed. */
      readonly next: string | null;
    });

export const reprocessSchema = z.strictObject({
  connectionId: textId,
  limit: z._default(wholeNumber(1, 10_000), 1000),
  after: z.exactOptional(z.string().check(z.maxLength(1000))),
});

/**
 * Reads a connection's stored rejects again with the connector as it is now: one job under the connection's lease, whose
 * cursor stays where it is. A record and the resolution of its reject are one commit, so it may be repeated at any time.
 */
export async function reprocessRejects(
  options: Omit<IngestOptions, "store" | "connectionId" | "mode" | "credentials"> & { readonly store: BookStore },
  request: ReprocessRequest,
): Promise<ReprocessReport> {
  const { connectionId, ...bounds } = parseOptions(reprocessSchema, request);
  const credentials = async () => null;
  // Like a file, stored records say nothing about the account: the connection's status stays as it is.
  const stored = { ...options, connectionId, mode: "manual", credentials, file: nothing() } as const;
  const run = await beginRun(stored, { isUpload: false });
  if ("runningJobId" in run) return { status: "skipped", runningJobId: run.runningJobId };
  const counts = { read: 0, resolved: 0, rejected: 0, truncated: 0 };
  let next: string | null = null;
  let failure: ReturnType<typeof failureOf> = { error: null, more: false };
  try {
    next = await readAgain(run, { store: options.store, counts, ...bounds });
  } catch (thrown) {
    failure = failureOf(run, thrown);
  } finally {
    run.stop();
  }
  const report = await finishRun(run, { ...failure, incomplete: counts.rejected + counts.truncated > 0 });
  return { ...report, rejects: counts, next };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

type Mutable<Counts> = { -readonly [Name in keyof Counts]: Counts[Name] };

interface Reading {
  readonly store: BookStore;
  readonly counts: Mutable<RejectCounts>;
  readonly limit: number;
  readonly after?: string;
}

async function readAgain(run: Run, { store, counts, limit, ...from }: Reading): Promise<string | null> {
  const connector = connectorOf(run.connectors, run.connection.connector);
  const { owner, connectionId } = run;
  let after = from.after ?? null;
  for (;;) {
    run.signal.throwIfAborted();
    run.steps.begin("pull", run.tally.stats.pages + 1, { rejects: true });
    const slice = await inStore("the rejects could not be read", () =>
      store.openRejects(owner, {
        ...{ connectionId, limit: Math.min(REJECTS_A_COMMIT, limit - counts.read) },
        ...(after === null ? {} : { after }),
      }),
    );
    run.steps.end({ records: slice.items.length });
    await commitAgain(run, { connector, slice, counts, store });
    if (slice.next === null || counts.read >= limit) return slice.next;
    after = slice.next;
    await run.clock.keepLease();
  }
}

async function commitAgain(
  run: Run,
  {
    connector,
    slice,
    counts,
    store,
  }: { connector: AnyConnector; slice: OpenRejects } & Pick<Reading, "counts" | "store">,
): Promise<void> {
  const { owner, connectionId, jobId, token, cursorBefore } = run;
  const whole: readonly Reject[] = slice.items.filter((reject) => !reject.rawTruncated);
  counts.read += slice.items.length;
  counts.truncated += slice.items.length - whole.length;
  if (whole.length === 0) return;
  const page = run.tally.stats.pages + 1;
  run.steps.begin("normalize", page, { records: whole.length });
  const batch = rereadBatch(whole, {
    ...{ connector, owner, at: instantFromUnixMs(run.clock.now()) },
    run: { connectionId, jobId, token, page, cursor: cursorBefore },
    contexts: new Map(slice.contexts.map(({ contextHash, context }) => [contextHash, context])),
  });
  run.steps.end({ rereads: batch.rereads.length, rejects: batch.rejects.length });
  const isLast = batch.rejects.length === 0 && (await areAllOpen(run, store, whole.length));
  // All is read that could not be: the broker's format is no news any more.
  const resolves = isLast ? [driftProblemKey(connectionId)] : [];
  await commitBatch(run, { ...batch, resolves }, { cursor: cursorBefore, expectedRecords: null });
  counts.rejected += batch.rejects.length;
  counts.resolved += whole.length - batch.rejects.length;
}

/** Whether a connection has no more open rejects than so many. */
async function areAllOpen({ owner, connectionId }: Run, store: BookStore, count: number): Promise<boolean> {
  const open = await inStore("the rejects could not be counted", () =>
    store.openRejects(owner, { connectionId, limit: count + 1 }),
  );
  return open.items.length <= count;
}
