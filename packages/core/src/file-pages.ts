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
  const pages = connector.readFile(keptAlive(source.file, run), {
    connection: { id: connectionId, accountRef: connection.accountRef, settings },
    ...{ signal, clock, logger },
  });
  for await (const page of pages) yield { ...page, cursor: cursorBefore };
}

/** The pieces of a file that may come as slowly as a person's line: each keeps the lease, and an abort ends the wait. */
async function* keptAlive(file: AsyncIterable<Uint8Array>, { signal, clock }: Run): AsyncGenerator<Uint8Array> {
  const aborted = untilAborted(signal);
  const pieces = file[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await Promise.race([pieces.next().catch(refuseStream), aborted.promise]);
      ended = done === true;
      if (done) return;
      await clock.keepLease();
      yield value;
    }
  } finally {
    aborted.release();
    // Not waited for: a stalled stream may never answer.
    if (!ended) pieces.return?.().catch(() => undefined);
  }
}

function refuseStream(cause: unknown): never {
  throw new ImportError("NETWORK", "the stream of the file failed before its end", { cause });
}

function untilAborted(signal: AbortSignal): { readonly promise: Promise<never>; release(): void } {
  let release = () => {};
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    release = () => signal.removeEventListener("abort", onAbort);
  });
  // Whoever waits hears it; when nobody does, it is no unhandled rejection.
  promise.catch(() => undefined);
  return { promise, release };
}
