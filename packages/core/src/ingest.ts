import { commitPage } from "./commit-page.ts";
import { finishRun } from "./finish-run.ts";
import { ImportError } from "./import-error.ts";
import type { IngestReport, Outcome } from "./ingest-report.ts";
import { openPages } from "./open-pages.ts";
import { type BusyRun, beginClaimedRun, beginRun, type IngestOptions, type Run } from "./run.ts";
import { budgetSpent } from "./run-clock.ts";
import { failureOf } from "./run-failure.ts";
import { driftMessage, isDrift } from "./schema-drift.ts";
import { cursorDigest } from "./step-recorder.ts";

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
  return finishRun(run, await importPages(run));
}

async function importPages(run: Run): Promise<Outcome> {
  let incomplete = false;
  let isStopped = false;
  try {
    beginPull(run);
    refuseBlocked(run);
    const { connector, pages } = await openPages(run);
    for await (const page of pages) {
      // Where the budget ended a wait, the connector hands over what it was answered so far: one page.
      if (isStopped || run.signal.reason !== budgetSpent) run.signal.throwIfAborted();
      run.steps.end({ records: page.records.length, cursor: cursorDigest(page.cursor) });
      const committed = await commitPage(run, connector, page);
      incomplete ||= committed.incomplete;
      refuseDrift(run);
      if (isBudgetSpent(run)) {
        isStopped = true;
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
  if (file !== undefined || pages !== undefined) return;
  if (connection.schedule === "files") {
    const message = `connection ${connectionId} takes files only: import one, or give it credentials with reconnect`;
    throw new ImportError("FEATURE_UNAVAILABLE", message);
  }
  if (connection.status !== "needs_reauth") return;
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

function isBudgetSpent({ budget, tally, clock, signal }: Run): boolean {
  if (signal.reason === budgetSpent) return true;
  return tally.stats.pages >= (budget.pages ?? Number.POSITIVE_INFINITY) || clock.now() >= clock.deadlineMs;
}
