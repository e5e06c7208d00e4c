import * as z from "zod/mini";
import { type Clock, systemClock } from "./clock.ts";
import type { AnyConnector, Page, RunMode, RunWindow } from "./connector-contract.ts";
import { redactedError, type Secrets } from "./error-cause.ts";
import type { FillbookEvent } from "./events.ts";
import { instantSchema } from "./execution.ts";
import { ImportError } from "./import-error.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { parseOptions } from "./parse-options.ts";
import type { Connection } from "./read-types.ts";
import { readableClock } from "./readable-clock.ts";
import { budgetSpent, type RunClock, runClock } from "./run-clock.ts";
import { type RunTally, runTally } from "./run-tally.ts";
import { type StepRecorder, stepRecorder } from "./step-recorder.ts";
import type { IngestStore } from "./store-contract.ts";
import { inStore, storeError } from "./store-error.ts";
import { wholeNumber } from "./whole-number.ts";

export interface IngestOptions {
  /** Where everything is kept. */
  readonly store: IngestStore;
  /** One of them has the id that the connection names; else `CONNECTOR_UNKNOWN`. */
  readonly connectors: readonly AnyConnector[];
  /** The connection that is run; `CONNECTION_NOT_FOUND` when there is none. */
  readonly connectionId: string;
  /** Why it runs; the connector reads it. */
  readonly mode: RunMode;
  /** A span to read besides what is new. @defaultValue none */
  readonly window?: RunWindow;
  /** The run ends as `partial` with `more: true` once it used this many pages or milliseconds. */
  readonly budget?: { readonly ms?: number; readonly pages?: number };
  /** Ends the run as `partial` with code `ABORTED`; the lease is released. */
  readonly signal?: AbortSignal;
  /** Where credentials come from; called once a run. */
  readonly credentials: (connection: Connection) => Promise<unknown>;
  /** Takes pages from somewhere else than the connector's `pull`, such as a file. Credentials are not asked for then. */
  readonly pages?: AsyncIterable<Page<Json, Json, Json>>;
  /**
   * Reads this file with the connector's `readFile` instead. The cursor stays where it is, and so does the connection's
   * status: a wrong file says nothing about the account. Credentials are not asked for.
   */
  readonly file?: AsyncIterable<Uint8Array>;
  /**
   * How long the stream of a file may bring nothing, 1 to 3,600,000 milliseconds of real time; then the run ends with
   * `TIMEOUT`. @defaultValue 120_000
   */
  readonly fileIdleMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue silentLogger */
  readonly logger?: Logger;
  /** Best effort, for screens. Exceptions are logged and ignored. */
  readonly onEvent?: (event: FillbookEvent) => void;
  /**
   * How long a hook may take that the store calls within a commit, such as `onCommit` of `postgresStore`, 100 to 3,600,000 ms;
   * then the page is rolled back and the run ends with `STORE_FAILED`. A budget of time shortens it, down to ten seconds.
   * @defaultValue 30_000
   */
  readonly onCommitTimeoutMs?: number;
  /** How long a run may be silent before another may take over, 1,000 to 3,600,000. @defaultValue 120000 */
  readonly leaseMs?: number;
}

/** A run that holds its connection's lease. */
export interface Run {
  readonly store: IngestStore;
  readonly connectors: readonly AnyConnector[];
  readonly credentials: IngestOptions["credentials"];
  readonly pages: IngestOptions["pages"];
  readonly file: IngestOptions["file"];
  /** The file is a person's, who can give it again. */
  readonly isUpload: boolean;
  readonly fileIdleMs: number;
  readonly onCommitTimeoutMs: number;
  /** As it was when the run began, but for what the run itself proved of it. */
  connection: Connection;
  readonly owner: string;
  readonly connectionId: string;
  readonly jobId: string;
  readonly token: number;
  readonly mode: RunMode;
  readonly window: RunWindow;
  readonly budget: { readonly ms?: number; readonly pages?: number };
  readonly leaseMs: number;
  readonly cursorBefore: Json;
  readonly startedAt: Instant;
  readonly signal: AbortSignal;
  readonly clock: RunClock;
  readonly logger: Logger;
  readonly tally: RunTally;
  readonly steps: StepRecorder;
  readonly storedContexts: Set<string>;
  /** What no log, event or step may repeat, once credentials were read. */
  readonly secrets: Set<string>;
  emit(event: FillbookEvent): void;
  /** Ends every request and wait that the connector left behind. */
  stop(): void;
}

/** How long a host's hook may take, where it is an option. */
export const onCommitTimeout = z._default(wholeNumber(100, 3_600_000), 30_000);

const optionsSchema = z.object({
  connectionId: z.string().check(z.minLength(1)),
  mode: z.enum(["scheduled", "manual", "backfill"]),
  window: z._default(z.object({ from: z.exactOptional(instantSchema), to: z.exactOptional(instantSchema) }), {}),
  budget: z._default(
    z.object({
      ms: z.exactOptional(z.number().check(z.positive())),
      pages: z.exactOptional(z.int().check(z.positive())),
    }),
    {},
  ),
  leaseMs: z._default(wholeNumber(1000, 3_600_000), 120_000),
  fileIdleMs: z._default(wholeNumber(1, 3_600_000), 120_000),
  onCommitTimeoutMs: onCommitTimeout,
});

/** Another run has the connection's lease. */
export interface BusyRun {
  readonly runningJobId: string;
}

/** Takes the connection's lease; answers with the running job's id when another run has it. */
export async function beginRun(
  options: IngestOptions,
  { isUpload = options.file !== undefined }: { readonly isUpload?: boolean } = {},
): Promise<Run | BusyRun> {
  const run = await begin(options, { isUpload });
  if (run === null) throw storeError("it calls a run paused that is not on schedule", null);
  return run;
}

/** Like {@link beginRun} for a claimed connection; null where it is paused or not active by now. */
export async function beginClaimedRun(options: IngestOptions): Promise<Run | BusyRun | null> {
  return begin(options, { onSchedule: true });
}

async function begin(
  options: IngestOptions,
  { isUpload = false, ...how }: { readonly onSchedule?: true; readonly isUpload?: boolean },
): Promise<Run | BusyRun | null> {
  const { connectionId, mode, leaseMs, fileIdleMs, onCommitTimeoutMs, ...rest } = parseOptions(optionsSchema, options);
  const window = rest.window;
  const { store, logger = silentLogger } = options;
  const hostClock = readableClock(options.clock ?? systemClock);
  // Read before the lease is taken: a host whose clock is wrong hears it and keeps no connection from other workers.
  const readMs = hostClock.now();
  const start = await inStore("the run could not begin", () =>
    store.beginRun({ connectionId, mode, window, leaseMs, ...how }),
  );
  const secrets = new Set<string>();
  const emit = emitter(options, logger, secrets);
  if (start.kind === "missing" || start.kind === "disconnected") throw notThere(start.kind, connectionId);
  if (start.kind === "paused") return null;
  if (start.kind === "busy") {
    emit({ type: "run.skipped", connectionId, runningJobId: start.runningJobId });
    return { runningJobId: start.runningJobId };
  }
  const { jobId, token, connection, cursor, coverage, startedAt } = start;
  const stopper = new AbortController();
  const signal = options.signal === undefined ? stopper.signal : AbortSignal.any([options.signal, stopper.signal]);
  const renew = () =>
    inStore("the lease could not be renewed", () => store.renewLease({ connectionId, token, leaseMs }));
  const budgetMs = rest.budget.ms ?? Number.POSITIVE_INFINITY;
  const stop = (reason: ImportError) => stopper.abort(reason);
  const clock = runClock({ clock: hostClock, leaseMs, readMs, storeNow: startedAt, budgetMs, renew, stop });
  emit({ type: "run.started", connectionId, jobId, mode, at: startedAt });
  return {
    ...{ store, connectors: options.connectors, credentials: options.credentials },
    ...{ pages: options.pages, file: options.file, isUpload },
    ...{ connection, owner: connection.userId, connectionId, jobId, token, mode, window },
    ...{ leaseMs, fileIdleMs, onCommitTimeoutMs, startedAt, clock },
    ...{ budget: rest.budget, cursorBefore: cursor, signal },
    logger,
    tally: runTally({ cursor, coverage }),
    steps: stepRecorder({
      ...{ store, owner: connection.userId, connectionId, jobId, clock, logger, secrets },
      input: { mode, from: window.from ?? null, to: window.to ?? null },
    }),
    storedContexts: new Set(),
    secrets,
    emit,
    stop: () => stopper.abort(budgetSpent),
  };
}

function notThere(kind: "missing" | "disconnected", connectionId: string): ImportError {
  if (kind === "missing")
    return new ImportError("CONNECTION_NOT_FOUND", `there is no connection ${connectionId}`, { connectionId });
  const message = `connection ${connectionId} is disconnected; reconnect it first`;
  return new ImportError("CONNECTION_DISCONNECTED", message, { connectionId });
}

function emitter({ onEvent }: IngestOptions, logger: Logger, secrets: Secrets): Run["emit"] {
  return (event) => {
    const failed = (error: unknown) =>
      logger.error({ err: redactedError(error, secrets), type: event.type }, "an onEvent handler failed");
    try {
      // A handler may be async in spite of its type: its rejection must not end the host's process.
      Promise.resolve(onEvent?.(event)).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}
