import type { Clock } from "@fillbook/core";

/** A clock that only moves when told, or when somebody sleeps on it. */
export interface FakeClock extends Clock {
  /** Moves time; negative values move it back. */
  advance(ms: number): void;
  /** Every wait so far, in milliseconds. */
  readonly slept: readonly number[];
}

/**
 * A clock whose `sleep` moves time at once, so a run of a day takes a second. An aborted signal ends a sleep as on the
 * real clock.
 *
 * @param startMs milliseconds since 1970. @defaultValue 2026-01-05T12:00:00Z
 */
export function fakeClock(startMs: number = Date.UTC(2026, 0, 5, 12)): FakeClock {
  let nowMs = startMs;
  const slept: number[] = [];
  return {
    slept,
    simulated: true,
    now: () => nowMs,
    advance(ms) {
      nowMs += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      nowMs += Math.max(0, ms);
      // Others get their turn, as they do while a real clock waits.
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
}
