import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { ImportError } from "@fillbook/core";
import yauzl, { type Entry, type ZipFile } from "yauzl";

/** A file in an archive. */
export interface ZippedFile {
  readonly name: string;
  /** Its bytes as they are unpacked. Ends with `PROTOCOL` where the sum or the length is not what the archive says. */
  open(): AsyncIterable<Uint8Array>;
}

/** Most that a byte of an archive may unpack to: a table of fills comes to ten or twenty. */
const UNPACK_RATIO_MAX = 200;
const TABLES_MAX = 20;
const FILES_MAX = 1_000;

/**
 * The tables in a ZIP archive, which lies in memory while its files are unpacked piece by piece. Other files are passed
 * over, such as archives in it and what macOS adds.
 *
 * @throws ImportError `PROTOCOL` for what is no whole archive, `FEATURE_UNAVAILABLE` for tables that are encrypted or packed
 * in another way, `RESPONSE_TOO_LARGE` for tables that unpack to more than the bound or one to 200 times its size.
 */
export async function zippedFiles(archive: Buffer, unpackedBytesMax: number): Promise<readonly ZippedFile[]> {
  try {
    const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entries.length === FILES_MAX) throw tooLarge(`the archive has more than ${FILES_MAX} files`);
      entries.push(entry);
    }
    refuseOverlap(entries, archive.length);
    const tables = entries.filter(({ fileName }) => isTable(fileName));
    refuseBomb(tables, unpackedBytesMax);
    for (const entry of tables) refuseForeign(entry);
    return tables.map((entry) => ({ name: entry.fileName, open: () => unzipped(zip, entry) }));
  } catch (error) {
    throw notWhole(error);
  }
}

function isTable(name: string): boolean {
  return /\.(?:csv|tsv|txt)$/i.test(name) && !/(?:^|\/)(?:\._|__MACOSX\/)/.test(name);
}

const LOCAL_HEADER_BYTES = 30;

/** Files that share bytes would let a small archive unpack to any size. */
function refuseOverlap(entries: readonly Entry[], archiveBytes: number): void {
  const places = entries
    .map((entry) => ({ start: entry.relativeOffsetOfLocalHeader, sizeBytes: entry.compressedSize }))
    .sort((left, right) => left.start - right.start);
  places.forEach(({ start, sizeBytes }, index) => {
    const next = places[index + 1]?.start ?? archiveBytes;
    if (start + LOCAL_HEADER_BYTES + sizeBytes <= next) return;
    throw new ImportError("PROTOCOL", "the archive is damaged: its files overlap or are cut off");
  });
}

/** The sizes are the archive's own word; yauzl ends a file that unpacks to more. */
function refuseBomb(tables: readonly Entry[], unpackedBytesMax: number): void {
  if (tables.length > TABLES_MAX) throw tooLarge(`the archive has more than ${TABLES_MAX} tables`);
  let sum = 0;
  for (const { uncompressedSize, compressedSize } of tables) {
    if (uncompressedSize > compressedSize * UNPACK_RATIO_MAX)
      throw tooLarge(`a file of ${compressedSize} bytes in the archive unpacks to ${uncompressedSize}`);
    sum += uncompressedSize;
  }
  if (sum > unpackedBytesMax) throw tooLarge(`the tables of the archive unpack to ${sum} bytes`);
}

const STORED = 0;
const DEFLATED = 8;

function refuseForeign(entry: Entry): void {
  const refuse = (why: string) => new ImportError("FEATURE_UNAVAILABLE", `a table in the archive ${why}`);
  if (entry.isEncrypted()) throw refuse("is encrypted");
  if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED)
    throw refuse(`is packed by method ${entry.compressionMethod}, which is not read`);
}

async function* unzipped(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array, void> {
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

function tooLarge(message: string): ImportError {
  return new ImportError("RESPONSE_TOO_LARGE", message);
}

function notWhole(error: unknown): ImportError {
  if (error instanceof ImportError) return error;
  return new ImportError("PROTOCOL", "the archive is damaged or cut off", { cause: error });
}
