import { noSecrets, redactedError } from "./error-cause.ts";
import { type ErrorReport, errorReport, toImportError } from "./import-error.ts";
import type { IngestReport } from "./ingest-report.ts";
import type { Logger } from "./logger.ts";

/** What became of one connection among several. */
export interface SyncResult {
  /** The connection that was to run. */
  readonly connectionId: string;
  /** null when no run began. */
  readonly report: IngestReport | null;
  /** Why no run began: the connection is gone by now, or the store failed; null otherwise. */
  readonly error: ErrorReport | null;
}

/** Runs one connection; that it cannot even begin is a result too, and its cause is logged. */
export async function syncResult<Report extends IngestReport | null>(
  connectionId: string,
  { run, logger }: { readonly run: () => Promise<Report>; readonly logger: Logger },
): Promise<SyncResult> {
  try {
    return { connectionId, report: await run(), error: null };
  } catch (thrown) {
    const error = toImportError(thrown);
    logger.error({ connectionId, code: error.code, err: redactedError(error, noSecrets) }, "the run could not begin");
    return { connectionId, report: null, error: errorReport(error, connectionId) };
  }
}
