import { ImportError } from "@fillbook/core";

/** How a long table is read beside others' work. */
export interface Pace {
  /** Called after each block: lets timers and other requests run, and ends the reading where it is to end. */
  turn(): Promise<void>;
  /** Most bytes of a table. */
  readonly bytesMax: number;
}

/** Bytes between two turns: a few milliseconds of work. */
export const BLOCK_BYTES = 65_536;

/**
 * The same bytes in blocks of one size but the last, however they come: a file in one piece must not be read in one go,
 * and one in pieces of a byte must not cost a turn for each.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` for more bytes than the pace allows.
 */
export async function* inBlocks(pieces: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array, void> {
  let block = new Uint8Array(BLOCK_BYTES);
  let [filled, sizeBytes] = [0, 0];
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > pace.bytesMax) {
      throw new ImportError("RESPONSE_TOO_LARGE", `the table exceeds ${pace.bytesMax} bytes`);
    }
    for (let start = 0; start < piece.byteLength; ) {
      const part = piece.subarray(start, start + BLOCK_BYTES - filled);
      block.set(part, filled);
      filled += part.byteLength;
      start += part.byteLength;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      await pace.turn();
      block = new Uint8Array(BLOCK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** The first block of a file, and more where its pieces are longer; all of a shorter one. */
export async function firstBytes(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  const head: Uint8Array[] = [];
  for (let sizeBytes = 0; sizeBytes < BLOCK_BYTES; ) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    head.push(value);
    sizeBytes += value.byteLength;
  }
  const [only, ...more] = head;
  return only !== undefined && more.length === 0 ? only : Buffer.concat(head);
}

/** Whether a file that begins so is an archive. */
export function isArchive(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b;
}

/** The same bytes once more, and what comes behind them. */
export async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield head;
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}
