import { type Clock, ImportError, isImportError } from "@fillbook/core";

/**
 * Waits on the clock.
 *
 * @throws ImportError as {@link abortedError} makes it, as soon as the signal aborts, also when it was aborted before.
 */
export async function wait(clock: Clock, waitMs: number, signal: AbortSignal): Promise<void> {
  throwIfAborted(signal);
  if (waitMs <= 0) return;
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    if (isImportError(error)) throw error;
    throwIfAborted(signal);
    throw error;
  }
  throwIfAborted(signal);
}

/** Throws the {@link abortedError} of a signal that has aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedError(signal);
}

/**
 * Why a run ends early: the signal's reason where that is an ImportError, such as a lost lease, else `ABORTED`. Another
 * reason is the host's and may hold anything, so it stays out.
 */
export function abortedError(signal: AbortSignal): ImportError {
  const reason: unknown = signal.reason;
  return isImportError(reason) ? reason : new ImportError("ABORTED", "the run's signal was aborted");
}

/**
 * The promise's outcome, or the {@link abortedError} if the signal is faster: for work that takes no signal, such as a host's
 * callback. The work goes on unheard then.
 */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortedError(signal));
    // Such as by the work itself: no event comes any more.
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
