import { type ErrorReport, errorReport, toImportError } from "./import-error.ts";
import type { IngestReport } from "./ingest-report.ts";

/** What became of one connection among several. */
export interface SyncResult {
  readonly connectionId: string;
  /** null when no run began. */
  readonly report: IngestReport | null;
  /** Why no run began: the connection is gone by now, or the store failed; null otherwise. */
  readonly error: ErrorReport | null;
}

/** Runs one connection; that it cannot even begin is a result too. */
export async function syncResult<Report extends IngestReport | null>(
  connectionId: string,
  run: () => Promise<Report>,
): Promise<SyncResult> {
  try {
    return { connectionId, report: await run(), error: null };
  } catch (error) {
    return { connectionId, report: null, error: errorReport(toImportError(error), connectionId) };
  }
}
