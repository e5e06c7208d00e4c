import type { Request } from "express";
import createHttpError from "http-errors";

/** What the first bytes of a file that some connector reads look like. Nothing else gets as far as a connector. */
const kinds: readonly ((head: Buffer) => boolean)[] = [isXml, isZip, isTable];
const HEAD_BYTES = 512;

/** A request's body, piece by piece: refused where it is longer than allowed, or no file that anybody here reads. */
export interface UploadedFile {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Why the reading stopped, where the upload itself is at fault; null otherwise. */
  readonly fault: () => Error | null;
}

/** Looks at the first bytes. @throws HttpError 413 or 415, before anything else reads any of it. */
export async function uploadedFile(request: Request, sizeBytesMax: number): Promise<UploadedFile> {
  if (Number(request.get("content-length") ?? 0) > sizeBytesMax) throw tooLarge(sizeBytesMax);
  // Ending the reading must not end the connection: the answer still has to go through it.
  const source = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isWhole = false;
  while (head.length < HEAD_BYTES && !isWhole) {
    const { done, value } = await source.next();
    if (done === true) isWhole = true;
    else head = Buffer.concat([head, value]);
  }
  if (!kinds.some((isKind) => isKind(head))) {
    throw createHttpError(415, "the file is neither XML nor a table nor a ZIP archive");
  }
  let fault: Error | null = null;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    let sizeBytes = 0;
    for (let piece: Buffer | null = head; piece !== null; piece = await nextOf(source)) {
      sizeBytes += piece.length;
      if (sizeBytes > sizeBytesMax) {
        fault = tooLarge(sizeBytesMax);
        throw fault;
      }
      yield piece;
    }
  }
  return { pieces: pieces(), fault: () => fault };
}

async function nextOf(source: AsyncIterator<Buffer>): Promise<Buffer | null> {
  const { done, value } = await source.next();
  return done === true ? null : value;
}

function tooLarge(sizeBytesMax: number): Error {
  return createHttpError(413, `the file is larger than ${sizeBytesMax} bytes`);
}

function isXml(head: Buffer): boolean {
  return head
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart()
    .startsWith("<");
}

function isZip(head: Buffer): boolean {
  return head.subarray(0, 4).equals(Buffer.from("PK\u0003\u0004", "latin1"));
}

/** Text whose first line has columns. */
function isTable(head: Buffer): boolean {
  const [line = ""] = head.toString("utf8").split("\n");
  return /[,;\t]/.test(line) && !/[^\P{C}\r\t\ufeff]/u.test(line);
}
