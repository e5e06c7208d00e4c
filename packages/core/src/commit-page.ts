import type { AnyConnector, Page } from "./connector-contract.ts";
import { ImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { pageBatch } from "./page-batch.ts";
import type { CommitBatch, CommitStats } from "./plan/commit-batch.ts";
import type { Run } from "./run.ts";
import { cursorDigest } from "./step-recorder.ts";
import { inStore } from "./store-error.ts";

/** Normalizes one page and commits it. */
export async function commitPage(
  run: Run,
  connector: AnyConnector,
  page: Page<Json, Json, Json>,
): Promise<CommitStats> {
  const { owner, connectionId, jobId, token } = run;
  const pageNumber = run.tally.stats.pages + 1;
  run.steps.begin("normalize", pageNumber, { records: page.records.length });
  const batch = pageBatch(page, {
    connector,
    owner,
    run: { connectionId, jobId, token },
    pageNumber,
    at: instantFromUnixMs(run.clock.now()),
    storedContexts: run.storedContexts,
  });
  const { fetched, rejected } = run.tally.stats;
  run.steps.end(countsOf(batch));
  const counted = { ...batch, before: { fetched, rejected } };
  return commitBatch(run, counted, { cursor: page.cursor, expectedRecords: page.expectedRecords ?? null });
}

/** Commits one batch of a run under its fence. */
export async function commitBatch(
  run: Run,
  batch: CommitBatch,
  { cursor, expectedRecords }: { readonly cursor: Json; readonly expectedRecords: number | null },
): Promise<CommitStats> {
  const { connectionId, jobId } = run;
  run.steps.begin("commit", run.tally.stats.pages + 1, { ...countsOf(batch), cursor: cursorDigest(cursor) });
  const result = await inStore("a page could not be committed", () =>
    run.store.commit(batch, { leaseMs: run.leaseMs }),
  );
  // A page reviews nothing, so it is never stale.
  if (result.kind !== "committed") {
    throw new ImportError("LEASE_LOST", `another run took over connection ${connectionId}; this page was not written`);
  }
  run.steps.end({ ...result.stats });
  for (const { contextHash } of batch.contexts) run.storedContexts.add(contextHash);
  run.clock.leaseKept();
  run.tally.add(result.stats, cursor);
  const progress = { stats: run.tally.stats, expectedRecords, at: batch.at };
  run.emit({ type: "run.progress", connectionId, jobId, ...progress });
  return result.stats;
}

function countsOf({ fetched, reports, cancels, rejects, ignored }: CommitBatch) {
  return { fetched, reports: reports.length, cancels: cancels.length, rejects: rejects.length, ignored };
}
