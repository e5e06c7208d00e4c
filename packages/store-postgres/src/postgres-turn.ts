import { type Clock, ImportError } from "@fillbook/core";

/** How long a transaction may ask nothing. A host that waits for its own transaction to end would wait for ever. */
const IDLE_MS_MAX = 30_000;

/** Starts work that waits for the one session. When its turn has not come in time, `begin` throws and it never starts. */
export async function onTurn<Result>(
  clock: Clock,
  waitMs: number,
  start: (begin: () => void) => Promise<Result>,
): Promise<Result> {
  const overdue = new ImportError("STORE_FAILED", `the embedded database was not free within ${waitMs} ms`);
  const waiting = new AbortController();
  let missed = false;
  const begin = () => {
    if (missed) throw overdue;
    waiting.abort();
  };
  const patience = timer(clock, waitMs, waiting.signal).then(() => {
    missed = true;
    throw overdue;
  });
  try {
    return await Promise.race([start(begin), patience]);
  } finally {
    waiting.abort();
  }
}

/** Marks one request of the database as going on. */
export type Busy = <Answer>(request: () => Promise<Answer>) => Promise<Answer>;

/** Ends work that makes no request for a long time. */
export async function whileBusy<Result>(clock: Clock, work: (busy: Busy) => Promise<Result>): Promise<Result> {
  const done = new AbortController();
  let signs = 0;
  const busy: Busy = async (request) => {
    signs += 1;
    try {
      return await request();
    } finally {
      // A long statement blocks the process, and with it the watch below, which then must not see the start alone.
      signs += 1;
    }
  };
  const watch = async (): Promise<never> => {
    for (;;) {
      const before = signs;
      await timer(clock, IDLE_MS_MAX, done.signal);
      if (signs === before)
        throw new ImportError("STORE_FAILED", `a transaction did nothing for ${IDLE_MS_MAX} ms and was rolled back`);
    }
  };
  try {
    return await Promise.race([work(busy), watch()]);
  } finally {
    done.abort();
  }
}

/** As the clock's sleep; never settles once the signal aborts, so that what races it need not know about that. */
function timer(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void clock.sleep(ms, signal).then(resolve, () => undefined));
}
