import * as z from "zod/mini";
import { type Clock, systemClock } from "./clock.ts";
import type { AnyConnector, RunMode, RunWindow } from "./connector-contract.ts";
import { type CredentialOwner, credentialAccess } from "./credential-access.ts";
import type { FillbookEvent } from "./events.ts";
import { ImportError } from "./import-error.ts";
import { ingest, ingestClaimed } from "./ingest.ts";
import { type DueRequest, ingestDue } from "./ingest-due.ts";
import type { IngestReport } from "./ingest-report.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { parseOptions } from "./parse-options.ts";
import { type PruneReport, type PruneRequest, prune } from "./prune.ts";
import { readableClock } from "./readable-clock.ts";
import { reprocessRejects } from "./reprocess-rejects.ts";
import { type KeyRotation, rotateKeys } from "./rotate-keys.ts";
import { type IngestOptions, onCommitTimeout } from "./run.ts";
import type { BookStore } from "./store-contract.ts";
import type { SyncResult } from "./sync-result.ts";
import type { TradePlans } from "./trade-suggestion.ts";
import { type UserBook, type UserBookParts, userBook } from "./user-book.ts";
import type { Vault } from "./vault.ts";

export interface FillbookOptions<Connectors extends readonly AnyConnector[]> {
  /** Where everything is kept; `postgresStore`, or another one that passes `testStore`. */
  readonly store: BookStore;
  /** Those that connections may name; each id once. */
  readonly connectors: Connectors;
  /**
   * Seals the credentials that `connect` and `reconnect` are given; the store keeps them sealed, and only a run opens them.
   * Without it and without `credentials`, a book connects only for files.
   */
  readonly vault?: Vault;
  /**
   * Where credentials come from instead, called once a run and once by `connect` and `reconnect`. Fillbook keeps them
   * nowhere then: a vault that is given too seals nothing, and what it sealed before stays closed.
   */
  readonly credentials?: (connection: CredentialOwner) => Promise<unknown>;
  /** The plans that imported trades may belong to: suggestions of the inbox come from them. */
  readonly tradePlans?: TradePlans;
  /**
   * Nothing begins while it reads a moment outside of the years 2000 to 2099: `OPTION_INVALID`. @defaultValue systemClock
   */
  readonly clock?: Clock;
  /** @defaultValue a logger that drops everything */
  readonly logger?: Logger;
  /** Best effort, for screens. Exceptions are logged and ignored. */
  readonly onEvent?: (event: FillbookEvent) => void;
  /**
   * How long a hook may take that the store calls within a commit, such as `onCommit` of `postgresStore`, 100 to 3,600,000 ms;
   * then what it was called for is rolled back, and a run ends with `STORE_FAILED`. @defaultValue 30_000
   */
  readonly onCommitTimeoutMs?: number;
}

export interface IngestRequest {
  /** The connection that is run; `CONNECTION_NOT_FOUND` when there is none. */
  readonly connectionId: string;
  /** `backfill` reads history again, all of it or the window; `manual` is a person's wish, and `scheduled` all else. */
  readonly mode: RunMode;
  /** A span to read besides what is new. @defaultValue none */
  readonly window?: RunWindow;
  /** The run ends as `partial` with `more: true` after so many milliseconds or pages. @defaultValue none */
  readonly budget?: { readonly ms?: number; readonly pages?: number };
  /** Ends the run as `partial` with the code `ABORTED`; what is stored stays. */
  readonly signal?: AbortSignal;
}

type RunRequest = IngestRequest & Pick<IngestOptions, "file" | "fileIdleMs">;

/** A book of imported trades over one store. */
export interface Fillbook<Connectors extends readonly AnyConnector[] = readonly AnyConnector[]>
  extends AsyncDisposable {
  /** Imports one connection once; see `ingest`. */
  ingest(request: IngestRequest): Promise<IngestReport>;
  /**
   * A scheduler's tick: runs the connections that are due, a few at a time, and answers when they have ended, one result
   * each. Owners take turns, so one with many connections does not keep the others waiting; paused connections are not due.
   * Call it as often as you like, from any number of processes: no connection is run twice. A run that fails stops no other.
   *
   * @throws ImportError `OPTION_INVALID`, or `STORE_FAILED` when the store cannot be asked what is due.
   * @example
   * for (const { connectionId, report } of await book.ingestDue({ limit: 500 })) log(connectionId, report?.status);
   */
  ingestDue(request?: DueRequest): Promise<readonly SyncResult[]>;
  /**
   * Everything that is done on behalf of a person. A stranger's id answers as a missing one.
   *
   * @param options.actor who does it where that is not the person, such as a member of the support staff: audit events and
   * reviews name them. @defaultValue userId
   */
  forUser(userId: string, options?: { readonly actor?: string }): UserBook<Connectors>;
  /**
   * Seals all credentials again that an older key of the vault sealed. Safe beside runs and in several processes; ended
   * early, the next call goes on with what is left. Runs do the same for what they open.
   *
   * @throws ImportError `OPTION_INVALID` without a vault, `CREDENTIALS_UNAVAILABLE` when the vault fails again and again.
   */
  rotateKeys(options?: { readonly signal?: AbortSignal }): Promise<KeyRotation>;
  /**
   * Deletes old rows that nobody needs any more, of all owners, a bounded part of them: call again while `more` is true. An
   * import that can be undone stays undoable. Safe beside runs, and in several processes.
   *
   * @throws ImportError `OPTION_INVALID`, `STORE_FAILED`.
   * @example
   * while ((await book.prune({ jobsOlderThanMs: 90 * DAY_MS, stepsOlderThanMs: 30 * DAY_MS })).more);
   */
  prune(request: PruneRequest): Promise<PruneReport>;
  /** Aborts the runs that are going on and waits until they have ended. The store stays open: it is the host's. */
  close(): Promise<void>;
}

/**
 * Makes a book. Nothing runs by itself: the host calls `ingestDue` from its own scheduler.
 *
 * @throws ImportError `OPTION_INVALID` when two connectors have one id, or for a number out of its range.
 */
export function createFillbook<const Connectors extends readonly AnyConnector[]>(
  options: FillbookOptions<Connectors>,
): Fillbook<Connectors> {
  const { store, connectors, vault, logger = silentLogger, onEvent } = options;
  const clock = readableClock(options.clock ?? systemClock);
  refuseTwins(connectors);
  const { onCommitTimeoutMs } = parseOptions(z.object({ onCommitTimeoutMs: onCommitTimeout }), options);
  const access = credentialAccess({ store, vault, credentials: options.credentials, clock, logger });
  const closing = new AbortController();
  const { untilEnded, allEnded } = goingOn();
  const close = async () => {
    closing.abort(new ImportError("ABORTED", "the book was closed; what was read is stored"));
    await allEnded();
  };
  const handler = onEvent === undefined ? {} : { onEvent };
  const shared = { store, connectors, credentials: access.open, clock, logger, onCommitTimeoutMs, ...handler };
  const optionsOf = ({ signal, ...request }: RunRequest): IngestOptions => {
    const signals = signal === undefined ? [closing.signal] : [closing.signal, signal];
    return { ...request, ...shared, signal: AbortSignal.any(signals) };
  };
  const start = (request: RunRequest) => untilEnded(ingest(optionsOf(request)));
  const reprocess: UserBookParts["reprocessRejects"] = (request) =>
    untilEnded(reprocessRejects({ ...shared, signal: closing.signal }, request));
  const runNow = (connectionId: string, options: Omit<Parameters<typeof start>[0], "connectionId" | "mode">) =>
    start({ connectionId, mode: "manual", ...options });
  const runDue = (connectionId: string, signal: AbortSignal) =>
    untilEnded(ingestClaimed(optionsOf({ connectionId, mode: "scheduled", signal })));
  return {
    ingest: start,
    ingestDue: (request = {}) =>
      untilEnded(ingestDue({ store, ingest: runDue, clock, closing: closing.signal, logger }, request)),
    forUser: (userId, { actor = userId } = {}) =>
      userBook({
        ...{ userId, actor, store, connectors, access, clock, logger, signal: closing.signal, onCommitTimeoutMs },
        ...{ runNow, importFile: runNow, reprocessRejects: reprocess, tradePlans: options.tradePlans },
      }),
    rotateKeys: async ({ signal = closing.signal } = {}) =>
      untilEnded(rotateKeys({ store, vault, clock, logger, signal: AbortSignal.any([closing.signal, signal]) })),
    prune: async (request) => untilEnded(prune({ store, clock, logger }, request)),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What is going on and must have ended before the book is closed. */
function goingOn() {
  const running = new Set<Promise<unknown>>();
  const untilEnded = async <Report>(run: Promise<Report>): Promise<Report> => {
    running.add(run);
    try {
      return await run;
    } finally {
      running.delete(run);
    }
  };
  return { untilEnded, allEnded: () => Promise.allSettled(running) };
}

function refuseTwins(connectors: readonly AnyConnector[]): void {
  const ids = connectors.map((connector) => connector.id);
  const twin = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twin !== undefined) throw new ImportError("OPTION_INVALID", `invalid option connectors: ${twin} is there twice`);
}
