import { type Fillbook, type Logger, toImportError } from "@fillbook/core";
import { Cron } from "croner";

export interface Schedule {
  /** No tick begins any more; runs end when the book is closed. */
  stop(): void;
}

/** At each tick: imports what is due, and lets `alsoDo` clean up. A tick that takes longer is not joined by the next. */
export function startSchedule(options: {
  readonly book: Pick<Fillbook, "ingestDue">;
  readonly alsoDo: () => Promise<void>;
  readonly logger: Logger;
  /** When it ticks, as cron writes it. @defaultValue each minute */
  readonly pattern?: string;
}): Schedule {
  const { book, alsoDo, logger, pattern = "* * * * *" } = options;
  const tick = async () => {
    try {
      await alsoDo();
      for (const { connectionId, report, error } of await book.ingestDue()) {
        logger.info({ connectionId, status: report?.status ?? error?.code }, "scheduled run");
      }
    } catch (error) {
      // The database did not answer. The next tick asks again.
      const { code, message } = toImportError(error);
      logger.error({ code, reason: message }, "tick failed");
    }
  };
  const job = new Cron(pattern, { protect: true }, tick);
  return { stop: () => void job.stop() };
}
