import { ImportError } from "@fillbook/core";
import { twsError } from "./tws-codes.ts";

/**
 * Largest message that is read. An execution has some 300 bytes; the largest message of an import is the list of an
 * advisor's accounts, some 100 kB for ten thousand of them.
 */
export const twsMessageBytesMax = 1_048_576;

/** IBKR's own clients refuse what is longer, so it is no length at all. */
const LENGTH_MAX = 0xff_ff_ff;
const PREFIX_BYTES = 4;

/**
 * Puts messages together from the pieces of a socket, in whatever pieces they come: each is a length in four bytes, then
 * as many bytes. A length is judged before a byte behind it is kept, and each byte is copied at most once.
 *
 * @param place host and port, for messages.
 * @returns takes a piece; throws ImportError `PROTOCOL` for a length that no message has, with what the peer looks like,
 * `RESPONSE_TOO_LARGE` for a message that is not read, and what `onMessage` throws. Nothing may follow an error.
 */
export function twsFrames(place: string, onMessage: (body: Buffer) => void): (piece: Buffer) => void {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let prefixBytes = 0;
  let body: Buffer | null = null;
  let bodyBytes = 0;
  return (piece) => {
    for (let at = 0; at < piece.length; ) {
      if (body === null) {
        const taken = piece.copy(prefix, prefixBytes, at);
        prefixBytes += taken;
        at += taken;
        if (prefixBytes < PREFIX_BYTES) return;
        prefixBytes = 0;
        bodyBytes = 0;
        body = Buffer.allocUnsafe(lengthOf(prefix, place));
      }
      const taken = piece.copy(body, bodyBytes, at);
      bodyBytes += taken;
      at += taken;
      if (bodyBytes < body.length) return;
      const whole = body;
      body = null;
      onMessage(whole);
    }
  };
}

function lengthOf(prefix: Buffer, place: string): number {
  const length = prefix.readInt32BE();
  if (length >= 1 && length <= twsMessageBytesMax) return length;
  if (length >= 1 && length <= LENGTH_MAX) {
    const message = `TWS at ${place} sent a message of ${length} bytes; more than ${twsMessageBytesMax} are not read`;
    throw new ImportError("RESPONSE_TOO_LARGE", message);
  }
  throw twsError("PROTOCOL", {
    place,
    what: strangerOf(prefix) ?? `sent a message of ${length} bytes, which none has`,
  });
}

/** What else listens there, by the first bytes of its answer. */
function strangerOf(prefix: Buffer): string | null {
  const [type = 0, major = 0, minor = 0] = prefix;
  if (type >= 0x14 && type <= 0x17 && major === 3 && minor <= 4) {
    return "answered with TLS: another server has this port, or something in between encrypts it";
  }
  const text = prefix.toString("latin1");
  if (text === "HTTP") return "answered with HTTP: a web server has this port";
  return /^[\x20-\x7e\r\n\t]+$/.test(text) ? `answered with text that begins with ${JSON.stringify(text)}` : null;
}
