import type { AnyConnector, Page } from "./connector-contract.ts";
import { errorReport, ImportError, isImportError, toImportError } from "./import-error.ts";
import { connectionAfter, type IngestReport, type Outcome, type RunReport, statusOf } from "./ingest-report.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import { openPages } from "./open-pages.ts";
import { pageBatch } from "./page-batch.ts";
import type { CommitStats } from "./plan/commit-batch.ts";
import { beginRun, type IngestOptions, type Run } from "./run.ts";
import { budgetSpent } from "./run-clock.ts";
import { inStore, storeError } from "./store-error.ts";

/** Rejected records past both of these stop the run: the broker's format has changed. */
const REJECTED_MAX = 50;
const REJECTED_SHARE_MAX = 0.2;

/**
 * Imports one connection once. Safe to call twice, at the same time, from any process, and after any crash: what is
 * stored converges to what the broker told.
 *
 * @throws ImportError only before a job is open: for a bad option, an unknown connection, or a store that cannot begin.
 */
export async function ingest(options: IngestOptions): Promise<IngestReport> {
  const run = await beginRun(options);
  if ("runningJobId" in run) return { status: "skipped", runningJobId: run.runningJobId };
  const outcome = await importPages(run);
  return finish(run, outcome);
}

async function importPages(run: Run): Promise<Outcome> {
  let incomplete = false;
  try {
    const { connector, pages } = await openPages(run);
    for await (const page of pages) {
      run.signal.throwIfAborted();
      const stats = await commitPage(run, connector, page);
      incomplete ||= stats.rejected > 0 || (page.diagnostics ?? []).some((one) => one.kind !== "warning");
      refuseDrift(run);
      if (isBudgetSpent(run)) return { error: null, more: true, incomplete };
      await run.clock.keepLease();
    }
    return { error: null, more: false, incomplete };
  } catch (thrown) {
    // A wait or request that was ended by the signal throws whatever it throws; the signal's reason is the cause.
    const error = run.signal.aborted ? run.signal.reason : thrown;
    if (error === budgetSpent) return { error: null, more: true, incomplete };
    return { error: asImportError(error, run), more: false, incomplete };
  } finally {
    run.stop();
  }
}

async function commitPage(run: Run, connector: AnyConnector, page: Page<Json, Json, Json>): Promise<CommitStats> {
  const { owner, connectionId, jobId, token } = run;
  const batch = pageBatch(page, {
    connector,
    owner,
    run: { connectionId, jobId, token },
    pageNumber: run.tally.stats.pages + 1,
    at: instantFromUnixMs(run.clock.now()),
    storedContexts: run.storedContexts,
  });
  const result = await inStore("a page could not be committed", () =>
    run.store.commit(batch, { leaseMs: run.leaseMs }),
  );
  if (result.kind === "fenced") {
    throw new ImportError("LEASE_LOST", `another run took over connection ${connectionId}; this page was not written`);
  }
  for (const { contextHash } of batch.contexts) run.storedContexts.add(contextHash);
  run.clock.leaseKept();
  run.tally.add(result.stats, page.cursor);
  const progress = { stats: run.tally.stats, expectedRecords: page.expectedRecords ?? null, at: batch.at };
  run.emit({ type: "run.progress", connectionId, jobId, ...progress });
  return result.stats;
}

function refuseDrift({ tally, connectionId }: Run): void {
  const { rejected, fetched } = tally.stats;
  if (rejected <= REJECTED_MAX || rejected <= fetched * REJECTED_SHARE_MAX) return;
  const message = `${rejected} of ${fetched} records of connection ${connectionId} could not be read: the broker's format has changed`;
  throw new ImportError(
    "SCHEMA_DRIFT",
    `${message}. They are stored as rejects; update the connector and reprocess them`,
  );
}

function isBudgetSpent({ budget, tally, clock, deadlineMs }: Run): boolean {
  return tally.stats.pages >= (budget.pages ?? Number.POSITIVE_INFINITY) || clock.now() >= deadlineMs;
}

function asImportError(error: unknown, { signal }: Run): ImportError {
  if (isImportError(error)) return error;
  if (signal.aborted)
    return new ImportError("ABORTED", "the run was aborted; what was read is stored", { cause: error });
  return toImportError(error);
}

async function finish(run: Run, outcome: Outcome): Promise<RunReport> {
  const { owner, connectionId, jobId, token, tally } = run;
  const status = statusOf(outcome, tally.stats);
  const error = outcome.error === null ? null : errorReport(outcome.error, connectionId);
  const after = connectionAfter(outcome, run);
  const report: RunReport = {
    jobId,
    status,
    more: outcome.more,
    error,
    stats: tally.stats,
    window: run.window,
    cursorBefore: run.cursorBefore,
    cursorAfter: tally.cursor,
    startedAt: run.startedAt,
    finishedAt: instantFromUnixMs(run.clock.now()),
    health: after.health,
  };
  const end = { owner, connectionId, jobId, token, status, more: outcome.more, error, ...after };
  const ended = await endRun(run, end, report);
  run.logger.info(
    { connectionId, jobId, status: ended.status, stats: ended.stats, code: ended.error?.code },
    "run finished",
  );
  run.emit({ type: "run.finished", connectionId, report: ended });
  return ended;
}

// The pages are durable by now: a store that fails here costs the job's last line, not the fills.
async function endRun(run: Run, end: Parameters<Run["store"]["endRun"]>[0], report: RunReport): Promise<RunReport> {
  try {
    const result = await run.store.endRun(end);
    if (result.kind === "ended" || report.error !== null) return report;
    const error = new ImportError(
      "LEASE_LOST",
      `another run took over connection ${end.connectionId} before this one ended`,
    );
    return { ...report, status: "partial", error: errorReport(error, end.connectionId) };
  } catch (cause) {
    run.logger.error({ connectionId: end.connectionId, jobId: end.jobId, err: cause }, "the job could not be closed");
    const error =
      report.error ??
      errorReport(storeError("the job could not be closed; the next run closes it", cause), end.connectionId);
    return { ...report, status: report.status === "succeeded" ? "partial" : report.status, error };
  }
}
