import type { Clock } from "@fillbook/core";
import { asStoreError, isTransient } from "./postgres-errors.ts";

const ATTEMPTS_MAX = 5;
/** No new attempt begins after this: a run's lease is meant to outlive a failing commit. */
const RETRY_MAX_MS = 30_000;
const FIRST_WAIT_MS = 25;

/**
 * Runs work that a collision or a lost connection may have ended, again and from its start, a bounded number of times.
 * `work` hears which attempt it is, from 1: from the second on, an earlier one may have taken effect after all.
 *
 * @throws ImportError `STORE_FAILED`
 */
export async function retrying<Result>(clock: Clock, work: (attempt: number) => Promise<Result>): Promise<Result> {
  const startedMs = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      // A process that slept through its first attempt still gets a second one, to hear that it lost its lease.
      const late = attempt > 1 && clock.now() - startedMs > RETRY_MAX_MS;
      if (attempt === ATTEMPTS_MAX || late || !isTransient(error)) throw asStoreError(error);
      await clock.sleep(waitMs(attempt));
    }
  }
}

// Doubling, with jitter so that two transactions that collided do not collide again.
function waitMs(attempt: number): number {
  const [jitter = 0] = crypto.getRandomValues(new Uint8Array(1));
  return FIRST_WAIT_MS * 2 ** attempt * (0.5 + jitter / 512);
}
