import { isProven } from "./connection-status.ts";
import { ImportError, isImportError, toImportError } from "./import-error.ts";
import type { Outcome } from "./ingest-report.ts";
import type { Run } from "./run.ts";
import { budgetSpent } from "./run-clock.ts";

/** What a run comes to whose work threw. */
export function failureOf(run: Run, thrown: unknown): Pick<Outcome, "error" | "more"> {
  // A wait or request that was ended by the signal throws whatever it throws; the signal's reason is the cause.
  const reason = run.signal.aborted ? run.signal.reason : thrown;
  if (reason === budgetSpent && isProven(run.connection)) {
    run.steps.end({ budgetSpent: true });
    return { error: null, more: !run.tally.isAskedRead };
  }
  const error = reason === budgetSpent ? unproven(run) : asImportError(reason, run);
  run.steps.fail(error);
  return { error, more: false };
}

// "More" would promise that the next run goes on: it would begin the same check.
function unproven({ connectionId }: Run): ImportError {
  const message = `the run's budget ended before the broker answered whose account connection ${connectionId} is`;
  return new ImportError("TIMEOUT", message);
}

function asImportError(error: unknown, { signal }: Run): ImportError {
  if (isImportError(error)) return error;
  if (signal.aborted)
    return new ImportError("ABORTED", "the run was aborted; what was read is stored", { cause: error });
  return toImportError(error);
}
