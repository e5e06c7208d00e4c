import { setImmediate as nextTurn } from "node:timers/promises";

/** Longest time that the event loop may stand still, in milliseconds of processor time. */
export const stallMaxMs = 200;

/**
 * Watches how long the event loop stands still: the processor time that this process used between two of its turns. A
 * busy machine makes none of that.
 */
export function watchStalls(): { worstMs(): number; [Symbol.dispose](): void } {
  let isOn = true;
  let worstMs = 0;
  const watch = async () => {
    let beforeMs = cpuMs();
    while (isOn) {
      await nextTurn();
      const nowMs = cpuMs();
      worstMs = Math.max(worstMs, nowMs - beforeMs);
      beforeMs = nowMs;
    }
  };
  void watch();
  return {
    worstMs: () => worstMs,
    [Symbol.dispose]: () => {
      isOn = false;
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
