import { execFile } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { commissionWords, executionWords, frame, hello, listEnd, opened, rawTws } from "./raw-tws.ts";

/** What a run in a process of its own came to, and what it cost. */
export interface BombOutcome {
  readonly records: number;
  /** Of one page. */
  readonly most: number;
  /** Of another run behind it; null where the first failed. */
  readonly again: number | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly grownMegabytes: number;
  readonly stallMs: number;
}

/** What a peer sends instead of an answer: the same function is called until it says null, as fast as it is read. */
export interface Bomb {
  /** In place of which answer: the handshake (0), the accounts (1) or the list (2). @defaultValue 2 */
  readonly phase?: number;
  readonly next: (index: number) => Uint8Array | null;
  /** Limits of the run, in milliseconds. */
  readonly timeouts?: { readonly connectMs?: number; readonly answerMs?: number };
}

const child = fileURLToPath(new URL("tws-bomb-child.ts", import.meta.url));
const LIFE_MS_MAX = 120_000;

/** Lets a process import from a peer that sends the bomb. */
export async function explode({ phase = 2, next, timeouts = {} }: Bomb): Promise<BombOutcome> {
  const answers = [hello, opened, listEnd];
  await using peer = await rawTws((socket) => {
    let heard = 0;
    socket.on("data", () => {
      const answer = answers[heard];
      if (heard === phase) pour(socket, next);
      else if (answer !== undefined && heard < phase) socket.write(answer);
      heard += 1;
    });
  });
  const options = JSON.stringify({ port: peer.port, timeouts });
  const { stdout } = await promisify(execFile)(process.execPath, [child, options], { timeout: LIFE_MS_MAX });
  // The child is a file of this folder and wrote nothing else.
  return JSON.parse(stdout) as BombOutcome;
}

function pour(socket: Socket, next: Bomb["next"]): void {
  let index = 0;
  const more = (): void => {
    while (!socket.destroyed) {
      const bytes = next(index);
      index += 1;
      if (bytes === null) return;
      if (!socket.write(bytes)) return void socket.once("drain", more);
    }
  };
  more();
}

/** Many messages at once: a call for each would be slower than the one who reads. */
export function packed(count: number, message: (index: number) => Uint8Array): Bomb["next"] {
  return (pack) => Buffer.concat(Array.from({ length: count }, (_, index) => message(pack * count + index)));
}

export const execution = (index: number, changes: { readonly [place: number]: string } = {}) =>
  frame(...executionWords(`0000e0d5.${index.toString(16).padStart(8, "0")}.01.01`, changes));

export const commission = (index: number) =>
  frame(...commissionWords(`0000e0d5.${index.toString(16).padStart(8, "0")}.01.01`));
