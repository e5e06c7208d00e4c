import { ImportError } from "@fillbook/core";
import { connectionFailure } from "./connection-failure.ts";
import type { Stop } from "./http-stop.ts";

interface StreamOptions {
  /** What errors name. */
  readonly place: string;
  readonly stop: Stop;
  readonly bodyBytesMax: number;
  readonly wait: <Result>(piece: Promise<Result>) => Promise<Result>;
}

/**
 * The pieces of a body, counted as they come out of decompression.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` at the limit, `NETWORK` for a body cut short, and what the waits throw.
 */
export async function* streamBody(
  body: AsyncIterable<Uint8Array> | null,
  { place, stop, bodyBytesMax, wait }: StreamOptions,
): AsyncGenerator<Uint8Array, void> {
  try {
    const pieces = body?.[Symbol.asyncIterator]();
    let sizeBytes = 0;
    for (;;) {
      const piece = pieces === undefined ? null : await wait(pieces.next());
      if (piece === null || piece.done === true) return;
      sizeBytes += piece.value.byteLength;
      if (sizeBytes > bodyBytesMax) {
        throw new ImportError("RESPONSE_TOO_LARGE", `${place}: the answer exceeds ${bodyBytesMax} bytes`);
      }
      yield piece.value;
    }
  } catch (error) {
    throw stop.endedBy() ?? connectionFailure(place, error);
  } finally {
    closeStream(place, stop);
  }
}

/** Frees the socket of an answer, read to its end or not. */
export function closeStream(place: string, stop: Stop): void {
  stop.end(new ImportError("ABORTED", `${place}: the answer was closed before its end`));
  stop.release();
}
