import type { ServerResponse } from "node:http";
import { waitReal } from "./clock.ts";
import type { HttpAnswer } from "./fault-answer.ts";
import type { AnswerFault } from "./simulator-fault.ts";

const CHUNK_BYTES = 64 * 1024;

/** Where an answer goes, and the end of all waiting. */
export interface AnswerTarget {
  readonly response: ServerResponse;
  /** Aborted when the client or the simulator ends the connection. */
  readonly signal: AbortSignal;
}

/** What goes wrong on the way, and who wants to know that the status line has gone out. */
export interface SendOptions {
  readonly fault: AnswerFault | null;
  readonly onStatus: () => void;
}

/** Writes the answer, on a connection as good or bad as the fault makes it. */
export async function sendAnswer(
  target: AnswerTarget,
  answer: HttpAnswer,
  { fault, onStatus }: SendOptions,
): Promise<void> {
  const { response, signal } = target;
  if (fault?.kind === "never-answers") return untilAborted(signal);
  if (fault?.kind === "reset-before-answer") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === "slow-headers") await waitReal(fault.waitMs, signal);
  if (signal.aborted) return;
  // Noted before the bytes leave: a client that has its answer finds it in the log.
  onStatus();
  switch (fault?.kind) {
    case "reset-after-half":
      return sendHalf(target, answer);
    case "huge-body":
      return sendHuge(target, answer, fault.sizeBytes);
    case "drip-body":
      return sendDrops(target, answer, { chunkBytes: fault.chunkBytes ?? 1, waitMs: fault.waitMs });
    default:
      writeHead(response, answer);
      response.end(answer.body);
  }
}

function writeHead(response: ServerResponse, { status, headers, body }: HttpAnswer): void {
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
}

async function sendHalf({ response, signal }: AnswerTarget, answer: HttpAnswer): Promise<void> {
  writeHead(response, answer);
  await written(response, answer.body.subarray(0, Math.floor(answer.body.length / 2)), signal);
  response.destroy();
}

async function sendDrops(
  { response, signal }: AnswerTarget,
  answer: HttpAnswer,
  { chunkBytes, waitMs }: { readonly chunkBytes: number; readonly waitMs: number },
): Promise<void> {
  writeHead(response, answer);
  response.flushHeaders();
  for (let offset = 0; offset < answer.body.length && !signal.aborted; offset += chunkBytes) {
    await waitReal(waitMs, signal);
    await written(response, answer.body.subarray(offset, offset + chunkBytes), signal);
  }
  response.end();
}

async function sendHuge({ response, signal }: AnswerTarget, answer: HttpAnswer, sizeBytes: number): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  const [head, tail] = ['{"error":[],"result":{"trades":{},"count":0,"padding":"', '"}}'];
  await written(response, head, signal);
  const padding = Buffer.alloc(CHUNK_BYTES, "x");
  let leftBytes = sizeBytes - head.length - tail.length;
  while (leftBytes > 0 && !signal.aborted) {
    await written(response, padding.subarray(0, Math.min(leftBytes, CHUNK_BYTES)), signal);
    leftBytes -= CHUNK_BYTES;
  }
  response.end(tail);
}

/** Waits until the bytes have left, so that a body of any size takes little memory; an ended connection ends it. */
async function written(response: ServerResponse, bytes: Buffer | string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
    response.write(bytes, done);
  });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
