import { type ErrorReport, errorReport, ImportError } from "./import-error.ts";

/** What a store writes into a job whose lease ran out. */
export function abandonedRun(connectionId: string | null): ErrorReport {
  const error = new ImportError("LEASE_LOST", "the run was abandoned: its process ended or slept past its lease");
  return errorReport(error, connectionId);
}
