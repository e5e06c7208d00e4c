import { TextDecoder } from "node:util";
import { type ErrorCode, ImportError } from "@fillbook/core";
import { letTimersRun } from "@fillbook/core/connector";
import { tooLarge } from "./flex-bounds.ts";
import type { FlexLimits } from "./flex-event.ts";

/**
 * Longest piece of text that is handed on. What a bound catches is caught within this many characters, a piece is read
 * within some milliseconds, and a value keeps no more of the document in memory than its piece.
 */
const PIECE_LENGTH_MAX = 8_192;
/** Enough to know what a document is: `<FlexStatementResponse` and an XML declaration fit in. */
const HEAD_LENGTH_MIN = 512;

/**
 * The document as text in pieces of bounded length, after a look at its beginning. The first piece holds at least the
 * root's name.
 *
 * Bytes that are no UTF-8 become U+FFFD: IBKR's descriptions hold leftovers of other encodings, and one of them must not
 * stop a whole account. `normalize` refuses such a character where it decides something.
 */
export async function* flexPieces(
  chunks: AsyncIterable<Uint8Array | string>,
  limits: FlexLimits,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8");
  let sizeBytes = 0;
  let head: string | null = "";
  let first: number[] = [];
  const turns = turnsBetweenPieces();
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > limits.sizeBytesMax) throw tooLarge(`it has more than ${limits.sizeBytesMax} bytes`);
    if (first.length < 4) first = checkedBytes(first, chunk);
    for (const piece of pieces(chunk, decoder)) {
      await turns.take(piece.length);
      if (head === null) yield piece;
      else {
        head = (head + piece).trimStart();
        if (head.length < HEAD_LENGTH_MIN) continue;
        yield checkedHead(head);
        head = null;
      }
    }
  }
  const rest = decoder.decode();
  if (head !== null) yield checkedHead((head + rest).trimStart());
  else if (rest !== "") yield rest;
}

/** A document may arrive in one chunk, or byte by byte: others have their turn each time that a piece of it was read. */
function turnsBetweenPieces(): { take(length: number): Promise<void> } {
  let read = 0;
  return {
    async take(length) {
      read += Math.max(1, length);
      if (read < PIECE_LENGTH_MAX) return;
      read = 0;
      await letTimersRun();
    },
  };
}

function* pieces(chunk: Uint8Array | string, decoder: TextDecoder): Generator<string> {
  for (let start = 0; start < chunk.length; start += PIECE_LENGTH_MAX) {
    const end = Math.min(start + PIECE_LENGTH_MAX, chunk.length);
    yield typeof chunk === "string"
      ? chunk.slice(start, end)
      : decoder.decode(chunk.subarray(start, end), { stream: true });
  }
}

/** The first four bytes, across chunks: marks of what can be told before any text is read. */
function checkedBytes(seen: readonly number[], chunk: Uint8Array | string): number[] {
  if (typeof chunk === "string") return [60, 60, 60, 60];
  const bytes = [...seen, ...chunk.subarray(0, 4)].slice(0, 4);
  const [one, two] = bytes;
  if ((one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff) || bytes.includes(0)) {
    throw refused("is UTF-16 or UTF-32 and not UTF-8: save it as UTF-8");
  }
  if (one === 0x1f && two === 0x8b) throw refused("is compressed with gzip: unpack it first");
  if (one === 0x50 && two === 0x4b) throw refused("is a zip archive: unpack it first");
  return bytes;
}

function checkedHead(head: string): string {
  if (head === "") throw refused("is empty");
  if (/^(?:<!doctype\s+html|<html)/i.test(head)) throw refused("is an HTML page, as IBKR shows during maintenance");
  if (head.startsWith("<")) return head;
  if (/^[^\n<]*,/.test(head) || /^"?(?:BOF|HEADER|ClientAccountID)\b/.test(head)) {
    // No PROTOCOL, which is tried again: the document stays CSV until the query is changed.
    throw refused("is CSV: choose the format XML in the Flex query", "FEATURE_UNAVAILABLE");
  }
  throw refused("is not XML: choose the format XML in the Flex query");
}

function refused(what: string, code: ErrorCode = "PROTOCOL"): ImportError {
  return new ImportError(code, `the Flex document ${what}`);
}
