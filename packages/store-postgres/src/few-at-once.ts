import { type Clock, ImportError } from "@fillbook/core";

/** Does work when its turn has come. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/**
 * Lets at most `max` pieces of work go on at once; the others wait in their order, each no longer than `waitMs`.
 *
 * @throws ImportError `STORE_FAILED` for work whose turn has not come in time; it never begins then.
 */
export function fewAtOnce({
  max,
  waitMs,
  clock,
}: {
  readonly max: number;
  readonly waitMs: number;
  readonly clock: Clock;
}): Turn {
  const waiting = new Set<() => void>();
  let going = 0;
  const turn = async () => {
    if (going < max) {
      going += 1;
      return;
    }
    const over = new AbortController();
    const patience = clock.sleep(waitMs, over.signal).catch(() => undefined);
    let call = () => {};
    const called = new Promise<void>((resolve) => {
      call = resolve;
    });
    waiting.add(call);
    await Promise.race([called, patience]);
    over.abort();
    // Whoever is called is in the list no more, and has the place of the one who ended.
    if (waiting.delete(call))
      throw new ImportError("STORE_FAILED", `${max} long reads were going on, and none ended within ${waitMs} ms`);
  };
  const end = () => {
    const [next] = waiting;
    if (next === undefined) {
      going -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  return async (work) => {
    await turn();
    try {
      return await work();
    } finally {
      end();
    }
  };
}
