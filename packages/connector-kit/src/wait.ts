import { type Clock, ImportError } from "@fillbook/core";

/**
 * Waits on the clock.
 *
 * @throws ImportError `ABORTED` as soon as the signal aborts, also when it was aborted before.
 */
export async function wait(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  if (waitMs <= 0) return;
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  }
  throwIfAborted(signal);
}

/** Throws ImportError `ABORTED` when the signal has aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError();
}

/** The error of a run whose signal was aborted. The signal's reason is the host's and may hold anything: it stays out. */
export function abortedError(): ImportError {
  return new ImportError("ABORTED", "the run's signal was aborted");
}
