import { type Clock, systemClock } from "@fillbook/core";

/** Longest real wait, in milliseconds: enough for other processes to get their turn. */
const REAL_WAIT_MS_MAX = 2;

/** The machine's clock, but a wait is over at once and time jumps over it. A rate limit costs no time. */
export function hurriedClock(): Clock {
  let jumpedMs = 0;
  return {
    simulated: true,
    now: () => Date.now() + jumpedMs,
    async sleep(ms, signal) {
      const realMs = Math.min(ms, REAL_WAIT_MS_MAX);
      await systemClock.sleep(realMs, signal);
      jumpedMs += Math.max(0, ms - realMs);
    },
  };
}
