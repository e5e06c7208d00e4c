import { commitPage } from "./commit-page.ts";
import { errorReport, ImportError } from "./import-error.ts";
import {
  connectionAfter,
  type IngestReport,
  isUnchanged,
  type Outcome,
  type RunReport,
  statusOf,
} from "./ingest-report.ts";
import { instantFromUnixMs } from "./instant.ts";
import { openPages } from "./open-pages.ts";
import { type BusyRun, beginClaimedRun, beginRun, type IngestOptions, type Run } from "./run.ts";
import { failureOf } from "./run-failure.ts";
import { driftMessage, isDrift } from "./schema-drift.ts";
import { cursorDigest } from "./step-recorder.ts";
import { storeError } from "./store-error.ts";

/**
 * Imports one connection once. Safe to call twice, at the same time, from any process, and after any crash: what is
 * stored converges to what the broker told.
 *
 * @throws ImportError only before a job is open: for a bad option, an unknown connection, or a store that cannot begin.
 */
export async function ingest(options: IngestOptions): Promise<IngestReport> {
  return imported(await beginRun(options));
}

/** Imports a claimed connection; null where it is paused or not active by now. */
export async function ingestClaimed(options: IngestOptions): Promise<IngestReport | null> {
  const run = await beginClaimedRun(options);
  return run === null ? null : imported(run);
}

async function imported(run: Run | BusyRun): Promise<IngestReport> {
  if ("runningJobId" in run) return { status: "skipped", runningJobId: run.runningJobId };
  return finish(run, await importPages(run));
}

async function importPages(run: Run): Promise<Outcome> {
  let incomplete = false;
  try {
    beginPull(run);
    refuseBlocked(run);
    const { connector, pages } = await openPages(run);
    for await (const page of pages) {
      run.signal.throwIfAborted();
      run.steps.end({ records: page.records.length, cursor: cursorDigest(page.cursor) });
      const committed = await commitPage(run, connector, page);
      incomplete ||= committed.incomplete;
      refuseDrift(run);
      if (isBudgetSpent(run)) {
        if (readsForeignPages(run)) return { error: null, more: true, incomplete };
        // The connector ends by itself where nothing is left, and by this signal where it would have to ask the broker.
        run.stop();
      } else await run.clock.keepLease();
      beginPull(run);
    }
    run.steps.end({ records: 0 });
    return { error: null, more: false, incomplete };
  } catch (thrown) {
    return { ...failureOf(run, thrown), incomplete };
  } finally {
    run.stop();
  }
}

function beginPull({ steps, tally }: Run): void {
  steps.begin("pull", tally.stats.pages + 1, { cursor: cursorDigest(tally.cursor) });
}

// A broker that refused the key once is not asked with it again: repeated failures lock accounts.
function refuseBlocked({ connection, connectionId, file, pages }: Run): void {
  if (connection.status !== "needs_reauth" || file !== undefined || pages !== undefined) return;
  const message = `connection ${connectionId} needs new credentials: reconnect it; the broker was not asked`;
  throw new ImportError("CREDENTIALS_INVALID", message);
}

function refuseDrift({ tally, connectionId }: Run): void {
  if (isDrift(tally.stats)) throw new ImportError("SCHEMA_DRIFT", driftMessage(tally.stats), { connectionId });
}

/** Pages that know no signal would go on, and what they told would be lost. */
function readsForeignPages({ pages, file }: Run): boolean {
  return pages !== undefined || file !== undefined;
}

function isBudgetSpent({ budget, tally, clock, deadlineMs }: Run): boolean {
  return tally.stats.pages >= (budget.pages ?? Number.POSITIVE_INFINITY) || clock.now() >= deadlineMs;
}

export async function finish(run: Run, outcome: Outcome): Promise<RunReport> {
  const { owner, connectionId, jobId, token, tally } = run;
  const status = statusOf(outcome, tally.stats);
  const error = outcome.error === null ? null : errorReport(outcome.error, connectionId);
  const after = connectionAfter(error, run);
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
    health: after.connection?.health ?? run.connection.health,
  };
  const unchanged = isUnchanged(status, run);
  const end = { owner, connectionId, jobId, token, status, more: outcome.more, error, unchanged, ...after };
  run.steps.begin("end", 0, { status });
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
    run.steps.end({ kind: result.kind });
    await run.steps.save();
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
