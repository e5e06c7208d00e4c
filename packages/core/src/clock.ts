/** Where Fillbook takes time from. Everything that reads or waits gets one, so a test can run a day in a second. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Time of its own, such as a test's, which nobody sets by the store's. Any other clock that is less than a day from the
   * store's counts as off, and runs go by the store's time. @defaultValue false
   */
  readonly simulated?: boolean;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};

/** Lets timers and sockets have their turn in the middle of long work. It is no wait: a fake clock knows nothing of it. */
export function letTimersRun(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/**
 * The promise's outcome, unless nothing comes of it for so many milliseconds of real time: for what is outside of the process
 * and knows no other clock.
 *
 * @param late makes what it rejects with then.
 */
export function withinRealTime<Result>(work: Promise<Result>, ms: number, late: () => Error): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
