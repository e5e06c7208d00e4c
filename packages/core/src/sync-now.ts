import * as z from "zod/mini";
import type { RunWindow } from "./connector-contract.ts";
import { instantSchema } from "./execution.ts";
import type { IngestReport, SkippedReport } from "./ingest-report.ts";
import type { Instant } from "./instant.ts";
import { parseOptions } from "./parse-options.ts";
import type { BookStore } from "./store-contract.ts";

/** How a person's own run differs from a scheduled one. */
export interface SyncRequest {
  /** Looks back further than the connector would by itself. */
  readonly window?: RunWindow;
  /**
   * The run must have begun at or after this moment, such as when an order was sent. When the one that is going on began
   * before, one more is due at once behind it, however many asked; `ingestDue` runs it.
   */
  readonly after?: Instant;
  /** Ends the run as `partial` with the code `ABORTED`; what is stored stays. */
  readonly signal?: AbortSignal;
}

export interface SyncParts {
  readonly store: Pick<BookStore, "job" | "queueFollowUp">;
  readonly userId: string;
  readonly run: (
    connectionId: string,
    options: { readonly window?: RunWindow; readonly signal?: AbortSignal },
  ) => Promise<IngestReport>;
}

/** A run that ends just when a follow-up is asked for makes way for a run at once; so often in a row it is no accident. */
const TRIES_MAX = 5;

const syncSchema = z.object({ after: z.exactOptional(instantSchema) });

/** Runs one connection now; when it is running already that run is named instead. */
export async function syncNow(
  parts: SyncParts,
  connectionId: string,
  { signal, window, ...request }: SyncRequest,
): Promise<IngestReport> {
  const { after } = parseOptions(syncSchema, request);
  const options = { ...(window === undefined ? {} : { window }), ...(signal === undefined ? {} : { signal }) };
  for (let attempt = 1; ; attempt += 1) {
    const report = await parts.run(connectionId, options);
    if (report.status !== "skipped" || after === undefined) return report;
    const followed = await followUp(parts, { connectionId, report, after });
    if (followed !== null) return followed;
    if (attempt === TRIES_MAX) return report;
  }
}

/** null when the run that was in the way has ended. */
async function followUp(
  { store, userId }: SyncParts,
  { connectionId, report, after }: { connectionId: string; report: SkippedReport; after: Instant },
): Promise<SkippedReport | null> {
  const jobId = report.runningJobId;
  const job = await store.job(userId, jobId);
  if (job === null || job.status !== "running") return null;
  if (job.startedAt >= after) return report;
  const isQueued = await store.queueFollowUp(userId, { connectionId, jobId });
  return isQueued ? { ...report, followUp: true } : null;
}
