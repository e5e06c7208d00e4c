import { type Clock, systemClock } from "@fillbook/core";

/**
 * The machine's clock, but a wait is over at once and time jumps over it: a simulated rate limit costs no time. For
 * simulators and demos; a test that asks when something happens wants `fakeClock`.
 */
export function hurriedClock(): Clock {
  let jumpedMs = 0;
  return {
    simulated: true,
    now: () => systemClock.now() + jumpedMs,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      jumpedMs += ms;
    },
  };
}
