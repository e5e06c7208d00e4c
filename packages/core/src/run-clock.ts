import type { Clock } from "./clock.ts";
import { ImportError } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import { offsetMs } from "./store-time.ts";

/** Ends a run whose time budget is spent: no error, the next run goes on. */
export const budgetSpent = new ImportError("ABORTED", "the run's time budget is spent");

const leaseLost = new ImportError("LEASE_LOST", "another run took over this connection while this one waited");

/** A clock that keeps a lease and goes by the store's time. */
export interface RunClock extends Clock {
  /** When the run began. */
  readonly beganAtMs: number;
  /** How long it took to get the lease. */
  readonly tookMs: number;
  /** When the time budget ends, in milliseconds since 1970; Infinity without one. */
  readonly deadlineMs: number;
  /** Renews the lease when a third of it has passed. Throws `LEASE_LOST` when another run took over. */
  keepLease(): Promise<void>;
  /** Says that the lease was renewed otherwise, by a commit. */
  leaseKept(): void;
}

export interface RunClockParts {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** A reading of the clock before the lease was taken. */
  readonly readMs: number;
  /** The store's time when it gave the lease. */
  readonly storeNow: Instant;
  /** How long the run may take; Infinity without a budget of time. */
  readonly budgetMs: number;
  /** False when another run took over. */
  readonly renew: () => Promise<boolean>;
  /** Ends everything else that the run has under way, for this reason. */
  readonly stop: (reason: ImportError) => void;
}

/**
 * The clock that a run hands to its connector: each wait keeps the lease alive and ends at the budget's deadline.
 * There is no timer beside the run, so a paused process cannot renew what it no longer works on.
 */
export function runClock(parts: RunClockParts): RunClock {
  const { clock, storeNow, leaseMs, budgetMs, renew, stop } = parts;
  const end = (reason: ImportError): never => {
    stop(reason);
    throw reason;
  };
  const stepMs = Math.max(1, Math.floor(leaseMs / 3));
  const workerNow = unfailingNow(parts);
  const readMs = workerNow();
  const apartMs = offsetMs(clock, { readMs, storeNow });
  const now = () => workerNow() + apartMs;
  const beganAtMs = readMs + apartMs;
  const deadlineMs = beganAtMs + budgetMs;
  let keptAtMs = beganAtMs;
  const leaseKept = () => {
    keptAtMs = now();
  };
  const keepLease = async () => {
    const passedMs = now() - keptAtMs;
    // A wall clock that was set back says nothing about the lease: better once too often.
    if (passedMs >= 0 && passedMs < stepMs) return;
    if (!(await renew())) end(leaseLost);
    leaseKept();
  };
  return {
    beganAtMs,
    deadlineMs,
    tookMs: Math.max(0, readMs - parts.readMs),
    now,
    async sleep(ms, signal) {
      if (now() + ms >= deadlineMs) end(budgetSpent);
      let leftMs = ms;
      while (leftMs > stepMs) {
        await clock.sleep(stepMs, signal);
        leftMs -= stepMs;
        await keepLease();
      }
      await clock.sleep(leftMs, signal);
      await keepLease();
    },
    keepLease,
    leaseKept,
  };
}

// A clock that fails in the middle of a run ends it; the last moment that it read closes the job, so that the lease is released.
function unfailingNow({ clock, readMs, stop }: Pick<RunClockParts, "clock" | "readMs" | "stop">): () => number {
  let lastMs = readMs;
  return () => {
    try {
      lastMs = clock.now();
    } catch (cause) {
      stop(new ImportError("ABORTED", "the run's clock failed; what was read is stored", { cause }));
    }
    return lastMs;
  };
}
