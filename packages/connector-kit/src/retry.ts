import { type Clock, type ImportError, isImportError } from "@fillbook/core";
import pRetry from "p-retry";
import type { Random } from "./random.ts";
import { wait } from "./wait.ts";

/** How often and how long to try again. */
export interface RetryPolicy {
  /** Tries after the first. 0 is none. @defaultValue 4 */
  readonly retriesMax: number;
  /** The first wait, doubled each time, in milliseconds. @defaultValue 1_000 */
  readonly baseMs: number;
  /** Longest wait inside a run; an error that asks for more ends it. @defaultValue 120_000 */
  readonly waitMaxMs: number;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: Random;
  /** Called before each wait. */
  readonly onRetry?: (retry: {
    readonly error: ImportError;
    readonly waitMs: number;
    readonly attempt: number;
  }) => void;
}

export const defaultRetryPolicy: RetryPolicy = { retriesMax: 4, baseMs: 1_000, waitMaxMs: 120_000 };

/**
 * Tries until it works, the tries are used up, or an error says that trying again does not help. Only errors with
 * recovery `retry` or `wait` are tried again, never `ABORTED`; the wait happens on the clock.
 *
 * @throws the last error; ImportError `ABORTED` when the signal aborts.
 */
export function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  return pRetry(attempt, {
    retries: options.policy.retriesMax,
    minTimeout: 0,
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!isImportError(error) || options.signal.aborted) return false;
      const waitMs = retryWaitMs(error, { attempt: attemptNumber, policy: options.policy, random: options.random });
      if (waitMs === null) return false;
      options.onRetry?.({ error, waitMs, attempt: attemptNumber });
      await wait(options.clock, waitMs, options.signal);
      return true;
    },
  });
}

/** How long to wait before the next try, in milliseconds; null when there should be none. */
export function retryWaitMs(
  error: ImportError,
  { attempt, policy, random }: { readonly attempt: number; readonly policy: RetryPolicy; readonly random: Random },
): number | null {
  if (error.code === "ABORTED") return null;
  if (error.recovery !== "retry" && error.recovery !== "wait") return null;
  const askedMs = Math.max(0, error.retryAfterMs ?? 0);
  if (askedMs > policy.waitMaxMs) return null;
  // Between half and the whole of the step, so that workers who failed together do not come back together.
  const stepMs = policy.baseMs * 2 ** Math.min(attempt - 1, 20) * (0.5 + random() / 2);
  const waitMs = error.retryAfterMs === null ? stepMs : askedMs + policy.baseMs * random() * 0.1;
  return Math.min(Math.ceil(waitMs), policy.waitMaxMs);
}
