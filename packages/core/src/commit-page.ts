import { letTimersRun } from "./clock.ts";
import type { AnyConnector, Page } from "./connector-contract.ts";
import { coverageAfter, coveredUntil } from "./coverage.ts";
import { coverageProblems } from "./coverage-problems.ts";
import { redactedError } from "./error-cause.ts";
import { ImportError, toImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { pageStretches } from "./page-batch.ts";
import type { CommitBatch, CommitStats } from "./plan/commit-batch.ts";
import type { Run } from "./run.ts";
import { cursorDigest } from "./step-recorder.ts";
import { inStore } from "./store-error.ts";

/** Normalizes one page and commits it. It is incomplete when a person must know that something of it is missing. */
export async function commitPage(
  run: Run,
  connector: AnyConnector,
  page: Page<Json, Json, Json>,
): Promise<{ readonly incomplete: boolean }> {
  const { owner, connectionId, jobId, token } = run;
  const pageNumber = run.tally.stats.pages + 1;
  run.steps.begin("normalize", pageNumber, { records: page.records.length });
  const thrown: unknown[] = [];
  const stretches = pageStretches(page, {
    connector,
    owner,
    run: { connectionId, jobId, token },
    pageNumber,
    at: instantFromUnixMs(run.clock.now()),
    storedContexts: run.storedContexts,
    isOfFile: run.isUpload,
    onThrown: (error) => thrown.push(error),
  });
  const batch = await inTurns(stretches);
  if (thrown.length > 0) {
    const err = redactedError(toImportError(thrown[0]), run.secrets);
    run.logger.error({ connectionId, jobId, records: thrown.length, err }, "normalize threw: the records are rejects");
  }
  const { fetched, rejected } = run.tally.stats;
  const { ignoredReasons = [] } = batch;
  run.steps.end({ ...countsOf(batch), ...(ignoredReasons.length > 0 && { ignoredReasons }) });
  const whole = withCoverage({ ...batch, before: { fetched, rejected } }, page, run);
  const stats = await commitBatch(run, whole, { cursor: page.cursor, expectedRecords: page.expectedRecords ?? null });
  return { incomplete: stats.rejected > 0 || whole.problems.some(({ kind }) => kind !== "warning") };
}

async function inTurns<Result>(stretches: Generator<void, Result, void>): Promise<Result> {
  for (;;) {
    const { done, value } = stretches.next();
    if (done) return value;
    await letTimersRun();
  }
}

/** The batch with what its page makes of the connection's coverage, and the problems that this opens and closes. */
function withCoverage(batch: CommitBatch, page: Page<Json, Json, Json>, { tally }: Run): CommitBatch {
  const { run } = batch;
  if (page.coverage === undefined || run === null) return batch;
  const coverage = coverageAfter(tally.coverage, coveredUntil(page.coverage, batch.at));
  const { opens, resolves } = coverageProblems(tally.coverage, coverage, run.connectionId);
  return {
    ...batch,
    run: { ...run, coverage },
    problems: [...batch.problems, ...opens],
    resolves: [...(batch.resolves ?? []), ...resolves],
  };
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
    run.store.commit(batch, { leaseMs: run.leaseMs, onCommitTimeoutMs: hookMs(run) }),
  );
  // A page reviews nothing, so it is never stale.
  if (result.kind !== "committed") {
    throw new ImportError("LEASE_LOST", `another run took over connection ${connectionId}; this page was not written`);
  }
  run.steps.end({ ...result.stats });
  for (const { contextHash } of batch.contexts) run.storedContexts.add(contextHash);
  run.clock.leaseKept();
  run.tally.add(result.stats, { cursor, ...(batch.run?.coverage && { coverage: batch.run.coverage }) });
  const progress = { stats: run.tally.stats, expectedRecords, at: batch.at };
  run.emit({ type: "run.progress", connectionId, jobId, ...progress });
  if (result.fault !== undefined) throw new ImportError("STORE_FAILED", result.fault);
  return result.stats;
}

/** A budget of time bounds a hook too, but never below this: a page that can never be committed would stop all imports. */
const HOOK_MS_MIN = 10_000;

function hookMs({ onCommitTimeoutMs, clock }: Run): number {
  return Math.min(onCommitTimeoutMs, Math.max(HOOK_MS_MIN, Math.ceil(clock.deadlineMs - clock.now())));
}

function countsOf({ fetched, reports, cancels, rejects, ignored }: CommitBatch) {
  return { fetched, reports: reports.length, cancels: cancels.length, rejects: rejects.length, ignored };
}
