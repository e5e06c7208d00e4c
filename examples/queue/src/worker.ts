import { type ErrorReport, type FillbookOptions, ImportError, type SyncResult, silentLogger } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { PgBoss } from "pg-boss";
import { IMPORTS, type ImportJob, sendDue, TICKS } from "./import-queue.ts";
import { runClaimed } from "./run-claimed.ts";

export interface Worker {
  /** Takes no job any more and ends its runs at once; what they stored stays, and their jobs are tried again elsewhere. */
  stop(): Promise<void>;
}

/** A longer wait is left to the connection's own schedule, which keeps to it as well. */
const WAIT_MS_MAX = 900_000;
/** pg-boss fetches once a poll, also when jobs are waiting: of short runs, each of the concurrent ones is two a second. */
const POLL_SECONDS = 0.5;

/** Takes jobs until it is stopped. Any number of workers may do so, on any number of machines. */
export async function startWorker(options: {
  readonly boss: PgBoss;
  readonly book: FillbookOptions<readonly AnyConnector[]>;
  readonly concurrency: number;
}): Promise<Worker> {
  const { boss, book, concurrency } = options;
  const { logger = silentLogger } = book;
  const stopping = new AbortController();
  await boss.work(TICKS, { pollingIntervalSeconds: POLL_SECONDS }, async () => {
    logger.info({ claimed: await sendDue(boss, book.store) }, "tick");
  });
  const polling = { localConcurrency: concurrency, pollingIntervalSeconds: POLL_SECONDS };
  await boss.work<ImportJob>(IMPORTS, polling, async (jobs) => {
    for (const { data, signal } of jobs) {
      const { connectionId } = data;
      logger.info({ connectionId }, "run begins");
      const result = await runClaimed(book, { connectionId, signal: AbortSignal.any([signal, stopping.signal]) });
      logger.info({ connectionId, ...summaryOf(result) }, "run");
      await tryAgain(boss, connectionId, errorOf(result));
    }
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all([TICKS, IMPORTS].map((queue) => boss.offWork(queue, { wait: true })));
      await boss.stop();
    },
  };
}

/**
 * The queue tries again what a retry may mend: a throw makes pg-boss do so, a little later each time. A broker that asks for
 * time is asked again after it. All else waits for the connection's schedule, or for a person.
 */
async function tryAgain(boss: PgBoss, connectionId: string, error: ErrorReport | null): Promise<void> {
  if (error?.recovery === "retry") throw new ImportError(error.code, error.message, { connectionId });
  if (error?.recovery !== "wait" || error.retryAfterMs === null || error.retryAfterMs > WAIT_MS_MAX) return;
  // A second more: until then the connection is paused, and a run that is on schedule would not begin.
  const startAfter = Math.ceil(error.retryAfterMs / 1000) + 1;
  await boss.send(IMPORTS, { connectionId }, { singletonKey: connectionId, startAfter });
}

function errorOf(result: SyncResult | null): ErrorReport | null {
  const report = result?.report ?? null;
  return report !== null && report.status !== "skipped" ? report.error : (result?.error ?? null);
}

/** Counts and codes only: a log line holds nothing of an account but its fills' number. */
function summaryOf(result: SyncResult | null): object {
  const report = result?.report ?? null;
  const code = errorOf(result)?.code ?? null;
  if (report === null) return { status: result === null ? "paused" : "failed", code };
  if (report.status === "skipped") return { status: report.status, runningJobId: report.runningJobId };
  const { fetched, inserted, corrected, canceled, rejected } = report.stats;
  return { jobId: report.jobId, status: report.status, fetched, inserted, corrected, canceled, rejected, code };
}
