import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "@fillbook/core";

/** Counts work of one process that waits for real sockets and timers. */
export interface RealWork {
  begin(): void;
  end(): void;
  /** The process is gone: nothing waits for its work any more. */
  forget(): void;
}

/** A clock for many runs at once: sleepers wait for their moment, and time moves on only when nobody has anything to do. */
export interface FleetClock extends Clock {
  realWork(): RealWork;
  /** Time stands still while such a request is under way. */
  request<Answer>(send: () => Promise<Answer>): Promise<Answer>;
  /** Lets everybody work until nobody is busy or this moment has come; it has come when this ends. */
  runUntil(atMs: number, isIdle: () => boolean): Promise<void>;
}

/** Real milliseconds and turns of the event loop without a sign of life after which work that is no request counts as waiting. */
const QUIET_MS = 5;
const QUIET_TURNS = 6;

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

export function fleetClock(startMs: number): FleetClock {
  const sleepers = new Set<Sleeper>();
  const now = { ms: startMs };
  const busy = { work: 0, requests: 0, signs: 0 };
  return {
    now: () => now.ms,
    sleep: (ms, signal) => sleepOn(sleepers, now.ms + Math.max(0, ms), signal),
    realWork: () => realWork(busy),
    async request(send) {
      busy.requests += 1;
      try {
        return await send();
      } finally {
        busy.requests -= 1;
        busy.signs += 1;
      }
    },
    async runUntil(atMs, isIdle) {
      for (;;) {
        await untilQuiet(busy, isIdle);
        const next = earliest(sleepers);
        if (isIdle() || next === null || next.atMs > atMs) break;
        now.ms = Math.max(now.ms, next.atMs);
        sleepers.delete(next);
        next.wake();
      }
      now.ms = Math.max(now.ms, atMs);
    },
  };
}

function sleepOn(sleepers: Set<Sleeper>, atMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      sleepers.delete(sleeper);
      reject(signal?.reason);
    };
    const wake = () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    };
    const sleeper = { atMs, wake };
    sleepers.add(sleeper);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function earliest(sleepers: ReadonlySet<Sleeper>): Sleeper | null {
  let first: Sleeper | null = null;
  for (const sleeper of sleepers) if (first === null || sleeper.atMs < first.atMs) first = sleeper;
  return first;
}

interface Busy {
  work: number;
  requests: number;
  /** Grows with everything that happens, so that silence can be told. */
  signs: number;
}

function realWork(busy: Busy): RealWork {
  let own = 0;
  let isForgotten = false;
  const add = (change: number) => {
    own += change;
    busy.signs += 1;
    if (!isForgotten) busy.work += change;
  };
  return {
    begin: () => add(1),
    end: () => add(-1),
    forget() {
      if (!isForgotten) busy.work -= own;
      isForgotten = true;
    },
  };
}

// Promises settle within a turn of the event loop; sockets and the timers of a queue need several.
async function untilQuiet(busy: Busy, isIdle: () => boolean): Promise<void> {
  await nextTurn();
  await nextTurn();
  let quiet = { signs: busy.signs, turns: 0, sinceMs: performance.now() };
  while ((busy.work > 0 || busy.requests > 0) && !isIdle()) {
    await nextTurn();
    const isAlive = busy.requests > 0 || busy.signs !== quiet.signs;
    quiet = isAlive
      ? { signs: busy.signs, turns: 0, sinceMs: performance.now() }
      : { ...quiet, turns: quiet.turns + 1 };
    if (quiet.turns >= QUIET_TURNS && performance.now() - quiet.sinceMs >= QUIET_MS) return;
  }
  await nextTurn();
}
