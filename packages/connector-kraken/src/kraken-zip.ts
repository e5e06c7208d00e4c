import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { ImportError } from "@fillbook/core";
import yauzl, { type Entry, type ZipFile } from "yauzl";

/** A file in an archive. */
export interface ZippedFile {
  readonly name: string;
  /** Its bytes as they are unpacked, once. Ends with `PROTOCOL` where the sum or the length is not what the archive says. */
  open(): AsyncIterable<Uint8Array>;
}

/** Most that a byte of an archive may unpack to: a table of fills comes to ten or twenty. */
const UNPACK_RATIO_MAX = 200;
const FILES_MAX = 20;

/**
 * The tables in a ZIP archive, which lies in memory while its files are unpacked piece by piece.
 *
 * @throws ImportError `PROTOCOL` for what is no whole archive, `RESPONSE_TOO_LARGE` for a file that unpacks to more than
 * the bound or to 200 times its size.
 */
export async function zippedFiles(archive: Buffer, unpackedBytesMax: number): Promise<readonly ZippedFile[]> {
  try {
    const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
    const files: ZippedFile[] = [];
    for await (const entry of zip.eachEntry()) {
      if (files.length === FILES_MAX) throw new ImportError("PROTOCOL", `the archive has more than ${FILES_MAX} files`);
      if (!/\.(?:csv|tsv|txt)$/i.test(entry.fileName)) continue;
      refuseBomb(entry, unpackedBytesMax);
      files.push({ name: entry.fileName, open: () => unpacked(zip, entry) });
    }
    return files;
  } catch (error) {
    throw notWhole(error);
  }
}

/** The sizes are the archive's own word; yauzl ends a file that unpacks to more. */
function refuseBomb({ uncompressedSize, compressedSize }: Entry, unpackedBytesMax: number): void {
  if (uncompressedSize <= unpackedBytesMax && uncompressedSize <= compressedSize * UNPACK_RATIO_MAX) return;
  const message = `a file of ${compressedSize} bytes in the archive unpacks to ${uncompressedSize}`;
  throw new ImportError("RESPONSE_TOO_LARGE", message);
}

async function* unpacked(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array, void> {
  let sum = 0;
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    for await (const piece of stream) {
      const bytes: Uint8Array = piece;
      sum = crc32(bytes, sum);
      yield bytes;
    }
  } catch (error) {
    throw notWhole(error);
  }
  if (sum !== entry.crc32) throw new ImportError("PROTOCOL", "a file in the archive is damaged: its checksum differs");
}

function notWhole(error: unknown): ImportError {
  if (error instanceof ImportError) return error;
  return new ImportError("PROTOCOL", "the archive is damaged or cut off", { cause: error });
}
