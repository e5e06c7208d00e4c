import { setTimeout as wait } from "node:timers/promises";

/** What the simulator reads the time from: limits, expiry of tokens, what a day's statement holds. */
export interface SimulatorClock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
}

/** The machine's clock. */
export const machineClock: SimulatorClock = { now: () => Date.now() };

/**
 * Waits in real time, because a slow connection is slow for a client's socket whatever its clock says.
 * An aborted signal ends the wait early and quietly.
 */
export async function waitReal(waitMs: number, signal: AbortSignal): Promise<void> {
  await wait(waitMs, undefined, { signal }).catch(() => undefined);
}
