import { withinRealTime } from "./clock.ts";
import type { AnyConnector, Page } from "./connector-contract.ts";
import { ImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import type { Run } from "./run.ts";

interface FileSource {
  readonly file: AsyncIterable<Uint8Array>;
  readonly connector: AnyConnector;
  /** As the connector's own schema read them. */
  readonly settings: unknown;
}

/** The pages of a file. Each repeats the cursor that was there: what a file held says nothing about where `pull` stands. */
export async function* filePages(run: Run, source: FileSource): AsyncGenerator<Page<Json, Json, Json>> {
  const { connector, settings } = source;
  const { connection, connectionId, signal, clock, logger, cursorBefore } = run;
  if (connector.readFile === undefined) {
    throw new ImportError("FEATURE_UNAVAILABLE", `connector ${connector.id} reads no files`, { connectionId });
  }
  const { userId, accountRef } = connection;
  if (accountRef === null) {
    const message = `the account of connection ${connectionId} is not known: no call has reached the broker yet`;
    throw new ImportError("FEATURE_UNAVAILABLE", message, { connectionId });
  }
  const pages = connector.readFile(keptAlive(source.file, run), {
    connection: { id: connectionId, userId, accountRef, settings },
    ...{ signal, clock, logger },
  });
  for await (const page of pages) yield { ...page, cursor: cursorBefore };
}

/** The pieces of a file that may come as slowly as a person's line: each keeps the lease, and an abort ends the wait. */
async function* keptAlive(
  file: AsyncIterable<Uint8Array>,
  { signal, clock, fileIdleMs }: Run,
): AsyncGenerator<Uint8Array> {
  const pieces = file[Symbol.asyncIterator]();
  const stopped = () => new ImportError("TIMEOUT", `the stream of the file brought nothing for ${fileIdleMs} ms`);
  let ended = false;
  try {
    for (let empty = 0; ; ) {
      const next = withinRealTime(pieces.next().catch(refuseStream), fileIdleMs, stopped);
      const { done, value } = await unlessAborted(next, signal);
      ended = done === true;
      if (done) return;
      await clock.keepLease();
      empty = value.byteLength === 0 ? empty + 1 : 0;
      if (empty > EMPTY_PIECES_MAX) throw new ImportError("NETWORK", "the stream of the file brings empty pieces only");
      if (empty === 0) yield value;
    }
  } finally {
    // Not waited for: a stalled stream may never answer.
    if (!ended) pieces.return?.().catch(() => undefined);
  }
}

/** Pieces without a byte in a row: some sources have one now and then. */
const EMPTY_PIECES_MAX = 1_000;

function refuseStream(cause: unknown): never {
  throw new ImportError("NETWORK", "the stream of the file failed before its end", { cause });
}

// Not a race with one promise of the abort: that one would hold every piece until the import ends.
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    const release = () => signal.removeEventListener("abort", onAbort);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(release);
  });
}
