import type { Clock } from "./clock.ts";
import { type Instant, unixMsOf } from "./instant.ts";
import type { BookStore } from "./store-contract.ts";

/** A clock that is further from the store's is not off: it is simulated, and nobody said so. */
const OFF_MS_MAX = 24 * 3_600_000;

/**
 * What to add to a worker's clock so that it reads the store's time, which all workers share: what they leave in the shared
 * state, such as the end of a lockout, means the same to each. Nothing for simulated time.
 */
export function offsetMs({ simulated }: Clock, { readMs, storeNow }: { readMs: number; storeNow: Instant }): number {
  const apartMs = unixMsOf(storeNow) - readMs;
  return simulated === true || Math.abs(apartMs) > OFF_MS_MAX ? 0 : apartMs;
}

/** The clock set by the store's. */
export async function storeClock(store: Pick<BookStore, "now">, clock: Clock): Promise<Clock> {
  const storeNow = await store.now();
  const apartMs = offsetMs(clock, { readMs: clock.now(), storeNow });
  return { ...clock, now: () => clock.now() + apartMs };
}
