import type { Measurement } from "./bench-row.ts";

/** Milliseconds that the work takes, begun on a collected heap so that it does not pay for its neighbour's garbage. */
export async function timeMs(work: () => void | Promise<void>): Promise<number> {
  // The runner starts every bench with --expose-gc; run by hand without it, a bench is only less steady.
  globalThis.gc?.();
  return latencyMs(work);
}

/**
 * Milliseconds that one of many requests takes: the heap is as those before left it, and a collection counts where it falls.
 * After a collection that was asked for, the next few milliseconds pay for memory that a busy process has at hand.
 */
export async function latencyMs(work: () => void | Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** A rate by the second. */
export function perSecond(count: number, durationMs: number): number {
  return (count * 1000) / durationMs;
}

/** Hands the measurements to the runner, which reads them from the child's output. */
export function report(measurements: readonly Measurement[]): void {
  process.stdout.write(JSON.stringify(measurements));
}
