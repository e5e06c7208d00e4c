import { twsFrames } from "./tws-frames.ts";
import { readTwsHello, readTwsMessage, type TwsHello, type TwsMessage } from "./tws-message.ts";

export interface TwsReaderOptions {
  /** Host and port, for errors. */
  readonly place: string;
  readonly onHello: (hello: TwsHello) => void;
  readonly onMessage: (message: TwsMessage) => void;
}

/**
 * Reads what TWS sends, in whatever pieces it comes. The library sees two messages, and those after they were read: the
 * answer to the handshake, and the first order id, before which it sends no request.
 *
 * @returns takes a piece, and where to pass messages for the library; throws ImportError for what cannot be read.
 */
export function twsReader({ place, onHello, onMessage }: TwsReaderOptions) {
  let version: number | null = null;
  let isReady = false;
  let pass: (message: Buffer) => void = () => undefined;
  const frames = twsFrames(place, (body) => {
    if (version === null) {
      const hello = readTwsHello(body, place);
      version = hello.version;
      onHello(hello);
      pass(framed(body));
      return;
    }
    const message = readTwsMessage(body, { place, version });
    if (message === null) return;
    if (message.kind === "next-order" && !isReady) {
      isReady = true;
      pass(framed(body));
    }
    onMessage(message);
  });
  return (piece: Buffer, passOn: (message: Buffer) => void): void => {
    pass = passOn;
    frames(piece);
  };
}

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
