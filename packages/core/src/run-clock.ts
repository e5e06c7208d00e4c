import type { Clock } from "./clock.ts";
import { ImportError } from "./import-error.ts";

/** Ends a run whose time budget is spent: no error, the next run goes on. */
export const budgetSpent = new ImportError("ABORTED", "the run's time budget is spent");

/** A clock that keeps a lease. */
export interface RunClock extends Clock {
  /** Renews the lease when a third of it has passed. Throws `LEASE_LOST` when another run took over. */
  keepLease(): Promise<void>;
  /** Says that the lease was renewed otherwise, by a commit. */
  leaseKept(): void;
}

/**
 * The clock that a run hands to its connector: each wait keeps the lease alive and ends at the budget's deadline.
 * There is no timer beside the run, so a paused process cannot renew what it no longer works on.
 */
export function runClock(r: {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** When the time budget ends, in milliseconds since 1970; Infinity without one. */
  readonly deadlineMs: number;
  /** False when another run took over. */
  readonly renew: () => Promise<boolean>;
  /** Ends everything else that the run has under way, for this reason. */
  readonly stop: (reason: ImportError) => void;
}): RunClock {
  const { clock, leaseMs, deadlineMs, renew, stop } = r;
  const end = (reason: ImportError): never => {
    stop(reason);
    throw reason;
  };
  const stepMs = Math.max(1, Math.floor(leaseMs / 3));
  let keptAtMs = clock.now();
  const leaseKept = () => {
    keptAtMs = clock.now();
  };
  const keepLease = async () => {
    const passedMs = clock.now() - keptAtMs;
    // A wall clock that was set back says nothing about the lease: better once too often.
    if (passedMs >= 0 && passedMs < stepMs) return;
    if (!(await renew()))
      end(new ImportError("LEASE_LOST", "another run took over this connection while this one waited"));
    leaseKept();
  };
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      if (clock.now() + ms >= deadlineMs) end(budgetSpent);
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
