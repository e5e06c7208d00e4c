import type { ServerResponse } from "node:http";
import { waitReal } from "./clock.ts";
import type { HttpAnswer } from "./http-answer.ts";
import type { AnswerFault } from "./simulator-fault.ts";

/** Where an answer goes, and the end of all waiting. */
export interface AnswerTarget {
  readonly response: ServerResponse;
  /** Aborted when the client or the simulator ends the connection. */
  readonly signal: AbortSignal;
  /** Called before the status line goes out. */
  readonly onStatus: () => void;
}

/** Writes the answer, on a connection as good or bad as the fault makes it. */
export async function sendAnswer(target: AnswerTarget, answer: HttpAnswer, fault: AnswerFault | null): Promise<void> {
  const { response, signal, onStatus } = target;
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
    case "truncated":
      return sendPart(target, answer, { ...fault, declared: "part" });
    case "reset":
      return sendPart(target, answer, { ...fault, declared: "whole" });
    case "drip":
      return sendDrops(target, answer, fault);
    default:
      return sendWhole(target, answer);
  }
}

async function sendWhole({ response, signal }: AnswerTarget, { status, headers, chunks }: HttpAnswer): Promise<void> {
  response.writeHead(status, headers);
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    await written(response, chunk, signal);
  }
  response.end();
}

async function sendPart(
  { response, signal }: AnswerTarget,
  { status, headers, chunks }: HttpAnswer,
  { atBytes, declared }: { readonly atBytes?: number; readonly declared: "part" | "whole" },
): Promise<void> {
  const body = await collected(chunks);
  const part = body.subarray(0, atBytes ?? Math.floor(body.length / 2));
  const length = declared === "part" ? part.length : body.length;
  response.writeHead(status, { ...headers, "content-length": String(length) });
  await written(response, part, signal);
  if (declared === "part") response.end();
  else response.destroy();
}

async function sendDrops(
  { response, signal }: AnswerTarget,
  { status, headers, chunks }: HttpAnswer,
  { waitMs, chunkBytes = 1 }: { readonly waitMs: number; readonly chunkBytes?: number },
): Promise<void> {
  const body = await collected(chunks);
  response.writeHead(status, { ...headers, "content-length": String(body.length) });
  response.flushHeaders();
  for (let offset = 0; offset < body.length && !signal.aborted; offset += chunkBytes) {
    await waitReal(waitMs, signal);
    await written(response, body.subarray(offset, offset + chunkBytes), signal);
  }
  response.end();
}

async function collected(chunks: HttpAnswer["chunks"]): Promise<Buffer> {
  let body = "";
  for await (const chunk of chunks) body += chunk;
  return Buffer.from(body);
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
