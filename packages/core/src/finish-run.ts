import { reasonOf, redactedError } from "./error-cause.ts";
import { type ErrorReport, errorReport, fileErrorReport, ImportError, isImportError } from "./import-error.ts";
import { connectionAfter, isUnchanged, type Outcome, type RunReport, statusOf } from "./ingest-report.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Run } from "./run.ts";
import { storeError } from "./store-error.ts";

/** Closes the job and says what became of it: to the store, the log, the host's events and the caller. */
export async function finishRun(run: Run, outcome: Outcome): Promise<RunReport> {
  const { owner, connectionId, jobId, token, tally } = run;
  const status = statusOf(outcome, tally.stats);
  const error = outcome.error === null ? null : reportedError(run, outcome.error);
  const after = connectionAfter({ error, more: outcome.more }, run);
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
  const ended = await endRun(run, end, { report, error: outcome.error });
  const shown = ended.error === null ? null : redactedError(ended.error, run.secrets);
  logEnd(run, ended.report, shown);
  run.emit({ type: "run.finished", connectionId, report: ended.report, error: shown });
  return ended.report;
}

function logEnd({ connectionId, jobId, logger }: Run, { status, stats, error }: RunReport, cause: ImportError | null) {
  const ended = { connectionId, jobId, status, stats, code: error?.code };
  // An abort is the host's own wish, unless something else failed and caused it.
  if (cause === null || (cause.code === "ABORTED" && !isImportError(cause.cause))) logger.info(ended, "run finished");
  else logger.error({ ...ended, err: cause }, "run failed");
}

interface Ended {
  readonly report: RunReport;
  /** Why it failed, with its causes. */
  readonly error: ImportError | null;
}

// The pages are durable by now: a store that fails here costs the job's last line, not the fills.
async function endRun(run: Run, end: Parameters<Run["store"]["endRun"]>[0], ended: Ended): Promise<Ended> {
  const { connectionId, jobId } = end;
  try {
    const result = await run.store.endRun(end);
    const reason = ended.error === null ? {} : { reason: reasonOf(ended.error, run.secrets) };
    run.steps.end({ kind: result.kind, ...reason });
    await run.steps.save();
    if (result.kind === "ended" || ended.error !== null) return ended;
    return endedBy(run, ended, leaseLost(connectionId));
  } catch (cause) {
    const error = storeError("the job could not be closed; the next run closes it", cause);
    if (ended.error === null) return endedBy(run, ended, error);
    run.logger.error({ connectionId, jobId, err: redactedError(error, run.secrets) }, "the job could not be closed");
    return ended;
  }
}

/** A run that is cut off at its very end is partial, with the reason. */
function endedBy(run: Run, { report }: Ended, error: ImportError): Ended {
  const status = report.status === "succeeded" ? "partial" : report.status;
  return { report: { ...report, status, error: reportedError(run, error) }, error };
}

function reportedError({ isUpload, connectionId }: Run, error: ImportError): ErrorReport {
  return !isUpload ? errorReport(error, connectionId) : fileErrorReport(error, connectionId);
}

function leaseLost(connectionId: string): ImportError {
  return new ImportError("LEASE_LOST", `another run took over connection ${connectionId} before this one ended`);
}
