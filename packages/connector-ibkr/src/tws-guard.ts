import type { Socket } from "node:net";
import { ImportError } from "@fillbook/core";
import type { IBApi } from "@stoqey/ib";
import { nextTurn } from "./next-turn.ts";
import type { TwsLibrary } from "./tws-library.ts";

/** Where the library takes in what came. It is not public, so each part is looked for. */
interface Inner {
  readonly controller?: { readonly socket?: InnerSocket };
}

interface InnerSocket {
  onData?: (piece: Buffer) => void;
  /** Since the line was opened. */
  readonly client?: Pick<Socket, "pause" | "resume">;
}

export interface TwsGuard {
  readonly library: TwsLibrary;
  readonly api: IBApi;
  /**
   * Takes what came instead of the library. `pass` hands a whole message to the library, its length included; it must be
   * one that the library can read.
   */
  readonly read: (piece: Buffer, pass: (message: Buffer) => void) => void;
  /** What `read` threw. Nothing is read any more; the line is to be closed. */
  readonly onBroken: (cause: unknown) => void;
}

/**
 * Stands between the socket and the library. A negative length makes the library loop for ever, what it cannot read it
 * throws from a socket's event, which would end the process, and it takes in whatever comes at whatever speed. So it
 * gets only what was read before, and one piece of the socket is read a turn: the peer waits meanwhile.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for a version of the library in which its place is not found.
 */
export function guardTws({ library, api, read, onBroken }: TwsGuard): void {
  // Every part may be missing, which is looked at below.
  const socket = (api as unknown as Inner).controller?.socket;
  const libraryRead = socket?.onData;
  if (socket === undefined || typeof libraryRead !== "function") throw unknownVersion();
  let [isOpen, isPassing] = [true, false];
  const stop = (cause: unknown) => {
    if (isOpen) onBroken(cause);
    isOpen = false;
  };
  const pass = (message: Buffer) => {
    isPassing = true;
    try {
      libraryRead.call(socket, message);
    } finally {
      isPassing = false;
    }
  };
  // A version that reads elsewhere would read past this guard.
  api.on(library.EventName.received, () => {
    if (!isPassing) stop(unknownVersion());
  });
  socket.onData = (piece) => {
    const { client } = socket;
    if (typeof client?.pause !== "function") return stop(unknownVersion());
    client.pause();
    if (!isOpen) return;
    try {
      read(piece, pass);
      void nextTurn().then(() => client.resume());
    } catch (cause) {
      stop(cause);
    }
  };
}

function unknownVersion(): ImportError {
  const message = "ibkrTws() does not know this version of @stoqey/ib: install the newest 1.6";
  return new ImportError("FEATURE_UNAVAILABLE", message);
}
