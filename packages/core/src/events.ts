import type { RunMode } from "./connector-contract.ts";
import type { ImportError } from "./import-error.ts";
import type { RunReport } from "./ingest-report.ts";
import type { Instant } from "./instant.ts";
import type { RunStats } from "./read-types.ts";

/**
 * What a host may show while runs go on. Best effort: an event can be lost with the process, and a handler that throws
 * is logged and ignored. Build nothing on events that must not be missed.
 */
export type FillbookEvent =
  | {
      readonly type: "run.started";
      /** The connection that runs. */
      readonly connectionId: string;
      /** The job that the run opened. */
      readonly jobId: string;
      /** Why it runs. */
      readonly mode: RunMode;
      /** By the store's time. */
      readonly at: Instant;
    }
  | {
      readonly type: "run.progress";
      /** The connection that runs. */
      readonly connectionId: string;
      /** The job that the run opened. */
      readonly jobId: string;
      /** Of all pages so far. */
      readonly stats: RunStats;
      /**
       * Records this run will read in all, where the broker counts them; an estimate. Less `stats.fetched` it is what is left.
       */
      readonly expectedRecords: number | null;
      /** By the store's time. */
      readonly at: Instant;
    }
  | {
      readonly type: "run.finished";
      /** The connection that runs. */
      readonly connectionId: string;
      /** What `ingest` answers with. */
      readonly report: RunReport;
      /** Why the run failed, with its causes, for the host's own eyes; without secrets. null where it did not fail. */
      readonly error: ImportError | null;
    }
  /** The connection that runs. */
  | { readonly type: "run.skipped"; readonly connectionId: string; readonly runningJobId: string };
