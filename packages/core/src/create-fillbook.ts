import { type Clock, systemClock } from "./clock.ts";
import type { AnyConnector, RunMode, RunWindow } from "./connector-contract.ts";
import type { FillbookEvent } from "./events.ts";
import { ImportError } from "./import-error.ts";
import { ingest } from "./ingest.ts";
import type { IngestReport } from "./ingest-report.ts";
import { type Logger, silentLogger } from "./logger.ts";
import type { Connection } from "./read-types.ts";
import type { IngestOptions } from "./run.ts";
import type { BookStore } from "./store-contract.ts";
import { type UserBook, type UserBookParts, userBook } from "./user-book.ts";

export interface FillbookOptions<Connectors extends readonly AnyConnector[]> {
  readonly store: BookStore;
  readonly connectors: Connectors;
  /** Where credentials come from, called once a run and once by `connect`. Fillbook keeps them nowhere. */
  readonly credentials: (connection: Pick<Connection, "id" | "userId" | "connector">) => Promise<unknown>;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue a logger that drops everything */
  readonly logger?: Logger;
  /** Best effort, for screens. Exceptions are logged and ignored. */
  readonly onEvent?: (event: FillbookEvent) => void;
}

export interface IngestRequest {
  readonly connectionId: string;
  readonly mode: RunMode;
  readonly window?: RunWindow;
  readonly budget?: { readonly ms?: number; readonly pages?: number };
  readonly signal?: AbortSignal;
}

/** A book of imported trades over one store. */
export interface Fillbook<Connectors extends readonly AnyConnector[] = readonly AnyConnector[]>
  extends AsyncDisposable {
  /** Imports one connection once; see `ingest`. */
  ingest(request: IngestRequest): Promise<IngestReport>;
  /** Everything that is done on behalf of a person. A stranger's id answers as a missing one. */
  forUser(userId: string): UserBook<Connectors>;
  /** Aborts the runs that are going on and waits until they have ended. The store stays open: it is the host's. */
  close(): Promise<void>;
}

/**
 * Makes a book. Nothing runs by itself: the host calls `ingest` from its own scheduler.
 *
 * @throws ImportError `OPTION_INVALID` when two connectors have one id.
 */
export function createFillbook<const Connectors extends readonly AnyConnector[]>(
  options: FillbookOptions<Connectors>,
): Fillbook<Connectors> {
  const { store, connectors, credentials, clock = systemClock, logger = silentLogger, onEvent } = options;
  refuseTwins(connectors);
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const close = async () => {
    closing.abort(new ImportError("ABORTED", "the book was closed; what was read is stored"));
    await Promise.allSettled(running);
  };
  const start = async ({ signal, ...request }: IngestRequest & Pick<IngestOptions, "file">) => {
    const signals = signal === undefined ? [closing.signal] : [closing.signal, signal];
    const shared = { store, connectors, credentials, clock, logger, ...(onEvent === undefined ? {} : { onEvent }) };
    const run = ingest({ ...request, ...shared, signal: AbortSignal.any(signals) });
    running.add(run);
    try {
      return await run;
    } finally {
      running.delete(run);
    }
  };
  const importFile: UserBookParts["importFile"] = (connectionId, options) =>
    start({ connectionId, mode: "manual", ...options });
  return {
    ingest: start,
    forUser: (userId) =>
      userBook({ userId, store, connectors, credentials, clock, signal: closing.signal, importFile }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function refuseTwins(connectors: readonly AnyConnector[]): void {
  const ids = connectors.map((connector) => connector.id);
  const twin = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twin !== undefined) throw new ImportError("OPTION_INVALID", `invalid option connectors: ${twin} is there twice`);
}
