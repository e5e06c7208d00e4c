import { ImportError } from "@fillbook/core";
import type { IBApi } from "@stoqey/ib";

/** Where the library takes in what came. It is not public, so each part is looked for. */
interface Inner {
  readonly controller?: { readonly socket?: { onData?: (piece: Buffer) => void } };
}

/**
 * Stands between the socket and the library. What the library cannot read it throws from a socket's event, which would
 * end the process, and on a certain wrong length it never comes back; here both end the connection instead.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` for a version of the library in which this place is not found.
 */
export function guardTws(api: IBApi, onUnreadable: (cause: unknown) => void): void {
  // Every part may be missing, which is looked at below.
  const socket = (api as unknown as Inner).controller?.socket;
  const read = socket?.onData;
  if (socket === undefined || typeof read !== "function") {
    const message = "ibkrTws() does not know this version of @stoqey/ib: install the newest 1.6";
    throw new ImportError("FEATURE_UNAVAILABLE", message);
  }
  let broken = false;
  socket.onData = (piece) => {
    if (broken) return;
    try {
      // Lengths begin with a zero byte, and UTF-8 has no such byte.
      if (piece.includes(0xff)) throw new Error("a byte that is in no message");
      read.call(socket, piece);
    } catch (cause) {
      broken = true;
      onUnreadable(cause);
    }
  };
}
