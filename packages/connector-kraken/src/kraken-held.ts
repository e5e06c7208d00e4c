import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createDeflateRaw, createInflateRaw } from "node:zlib";
import { ImportError } from "@fillbook/core";
import { BLOCK_BYTES } from "./kraken-blocks.ts";

/**
 * All bytes of a file in one piece of memory. Room for the longest allowed file is reserved at once, of which a system
 * makes real only what is written: to grow it, or to join pieces, would take the memory twice.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` for more bytes than the bound.
 */
export async function heldBytes(pieces: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const held = Buffer.allocUnsafeSlow(bytesMax);
  let sizeBytes = 0;
  for await (const piece of pieces) {
    if (sizeBytes + piece.byteLength > bytesMax) {
      throw new ImportError("RESPONSE_TOO_LARGE", `the file exceeds ${bytesMax} bytes`);
    }
    held.set(piece, sizeBytes);
    sizeBytes += piece.byteLength;
  }
  return held.subarray(0, sizeBytes);
}

/** The bytes packed, so that a table can be kept and read again. */
export function packed(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return through(pieces, createDeflateRaw({ level: 1 }));
}

/** What `packed` packed. */
export function unpacked(bytes: Buffer): AsyncIterable<Uint8Array> {
  return through(inPieces(bytes), createInflateRaw());
}

function* inPieces(bytes: Buffer): Generator<Buffer, void> {
  for (let start = 0; start < bytes.length; start += BLOCK_BYTES) yield bytes.subarray(start, start + BLOCK_BYTES);
}

async function* through(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array, void> {
  let failure: unknown = null;
  const fed = pipeline(Readable.from(pieces, { objectMode: false }), transform).catch((error: unknown) => {
    failure = error;
  });
  try {
    for await (const piece of transform) yield piece;
  } catch (error) {
    await fed;
    throw failure ?? error;
  } finally {
    transform.destroy();
    await fed;
  }
}
