import type { ChildProcess } from "node:child_process";
import type { Clock } from "@fillbook/core";

/** What a process says to the clock, and what it is told. */
export type TimeMessage =
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "now"; readonly nowMs: number };

/** One time for a simulator here and importing processes: it moves on when all of them wait, to whoever wakes first. */
export interface SharedTime {
  /** For the simulator. */
  readonly now: () => number;
  /** The process goes by this time until it exits. */
  add(child: ChildProcess): void;
}

export function sharedTime(startMs: number): SharedTime {
  const sleeping = new Map<ChildProcess, number>();
  const living = new Set<ChildProcess>();
  let nowMs = startMs;
  const moveOn = () => {
    if (living.size === 0 || sleeping.size < living.size) return;
    nowMs = Math.max(nowMs, Math.min(...sleeping.values()));
    for (const [child, untilMs] of sleeping) {
      if (untilMs > nowMs) continue;
      sleeping.delete(child);
      child.send({ kind: "now", nowMs } satisfies TimeMessage);
    }
  };
  return {
    now: () => nowMs,
    add(child) {
      living.add(child);
      child.on("message", (message: { kind: string; ms?: number }) => {
        if (message.kind !== "sleep") return;
        sleeping.set(child, nowMs + Math.max(0, message.ms ?? 0));
        moveOn();
      });
      child.once("exit", () => {
        living.delete(child);
        sleeping.delete(child);
        moveOn();
      });
    },
  };
}

/** The clock of a process that was added; it sleeps once at a time. */
export function childClock(startMs: number): Clock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        process.once("message", (message: TimeMessage) => {
          if (message.kind === "now") nowMs = Math.max(nowMs, message.nowMs);
          resolve();
        });
        process.send?.({ kind: "sleep", ms } satisfies TimeMessage);
      }),
  };
}
