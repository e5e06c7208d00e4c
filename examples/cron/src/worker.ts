import { type Fillbook, type Logger, type SyncResult, toImportError } from "@fillbook/core";
import { Cron } from "croner";

export interface Worker {
  /** No tick begins any more and runs end at once; what they stored stays. Resolves when the last one has ended. */
  stop(): Promise<void>;
}

/**
 * Calls `ingestDue` at every tick. Any number of workers may do so beside each other: no connection is run twice at once.
 * `protect` is for this process: a tick that takes longer than a minute is not joined by the next one.
 */
export function startWorker(options: {
  readonly book: Pick<Fillbook, "ingestDue">;
  readonly pattern: string;
  readonly logger: Logger;
}): Worker {
  const { book, pattern, logger } = options;
  const stopping = new AbortController();
  let tick = Promise.resolve();
  const runTick = async () => {
    try {
      for (const result of await book.ingestDue({ signal: stopping.signal })) logResult(logger, result);
    } catch (error) {
      // The store could not be asked what is due. The next tick asks again.
      const { code, message } = toImportError(error);
      logger.error({ code, reason: message }, "tick failed");
    }
  };
  const job = new Cron(pattern, { protect: true }, () => {
    tick = runTick();
    return tick;
  });
  // What became due while no worker ran does not wait for the first minute to pass.
  void job.trigger();
  return {
    async stop() {
      job.stop();
      stopping.abort();
      await tick;
    },
  };
}

/** One line a run. Counts and codes only: a report holds nothing of an account but its fills' number. */
function logResult(logger: Logger, { connectionId, report, error }: SyncResult): void {
  if (report === null || report.status === "skipped") {
    const why = report === null ? { code: error?.code, reason: error?.message } : { runningJobId: report.runningJobId };
    logger.warn({ connectionId, status: "skipped", ...why }, "run");
    return;
  }
  const { jobId, status, stats } = report;
  const { fetched, inserted, corrected, canceled, rejected } = stats;
  const failure = report.error === null ? {} : { code: report.error.code, reason: report.error.message };
  const line = { connectionId, jobId, status, fetched, inserted, corrected, canceled, rejected, ...failure };
  if (report.error === null) logger.info(line, "run");
  else logger.warn(line, "run");
}
