import { setTimeout as realWait } from "node:timers/promises";
import type { Clock, Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";

export interface TestClock extends Clock {
  set(ms: number): void;
  readonly sleptMs: readonly number[];
}

/** A clock whose sleep moves it at once, while real work gets a turn. */
export function testClock(startMs = 1_700_000_000_000): TestClock {
  let nowMs = startMs;
  const sleptMs: number[] = [];
  return {
    sleptMs,
    now: () => nowMs,
    set: (ms) => {
      nowMs = ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      await realWait(1);
      signal?.throwIfAborted();
      nowMs += ms;
      sleptMs.push(ms);
    },
  };
}

/** Shared state in memory. `lostWrites` makes so many writes lose against somebody else. */
export function memoryState({
  lostWrites = 0,
} = {}): SharedState & { readonly stored: Map<string, { value: Json; version: number }> } {
  const stored = new Map<string, { value: Json; version: number }>();
  let losing = lostWrites;
  return {
    stored,
    async read(key) {
      return structuredClone(stored.get(key) ?? null);
    },
    async write(key, value, version) {
      losing -= 1;
      if (losing >= 0 || (stored.get(key)?.version ?? 0) !== version) return false;
      stored.set(key, { value: structuredClone(value), version: version + 1 });
      return true;
    },
  };
}

export const never: AbortSignal = new AbortController().signal;
