import { ImportError } from "@fillbook/core";
import { connectionFailure } from "./connection-failure.ts";
import { createStop, type Stop } from "./http-stop.ts";
import { ownTransport } from "./own-transport.ts";
import { readBody } from "./read-body.ts";
import { closeStream, streamBody } from "./stream-body.ts";
import { throwIfAborted } from "./wait.ts";

/** What connectors hand to `fetch`. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "error";
  readonly signal: AbortSignal;
}

/** The part of an answer that connectors read. */
export interface FetchedResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** The part of `fetch` that connectors use; Node's and undici's both satisfy it. */
export type FetchLike = (url: string, init: FetchInit) => Promise<FetchedResponse>;

/** Limits of one request in milliseconds of real time, since a socket knows no other clock. */
export interface HttpTimeouts {
  /** Until the connection stands; only the default transport knows it. @defaultValue 10_000 */
  readonly connectMs: number;
  /** Until the first byte of the answer, the connection included. @defaultValue 30_000 */
  readonly headersMs: number;
  /** Between two pieces of the body. @defaultValue 15_000 */
  readonly bodyIdleMs: number;
  /** For the whole request. @defaultValue 60_000 */
  readonly totalMs: number;
}

export interface HttpOptions {
  /** Replaces the transport. @defaultValue undici with a connection pool of its own */
  readonly fetch?: FetchLike | undefined;
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
  /** Longest body after decompression, in bytes. @defaultValue 33_554_432 (32 MB) */
  readonly bodyBytesMax?: number | undefined;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Longest body of this answer, in bytes, where it is shorter than the client's. @defaultValue the client's */
  readonly bodyBytesMax?: number;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  header(name: string): string | null;
  /** The whole body as text. */
  readonly body: string;
}

/** An answer whose body is read while it arrives. */
export interface HttpStream {
  readonly status: number;
  header(name: string): string | null;
  /** The pieces as they come, once. Ends with the errors of a request. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Frees the socket. Due in every case, also when the body was never asked for. */
  close(): void;
}

export interface Http {
  /** Sends one request; never follows a redirect, never tries again. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /**
   * The same for an answer that may be longer than memory. Of `timeouts.totalMs` only the time counts that the socket kept
   * the reader waiting, not what the reader did with a piece.
   */
  open(request: HttpRequest): Promise<HttpStream>;
}

export const defaultTimeouts: HttpTimeouts = {
  connectMs: 10_000,
  headersMs: 30_000,
  bodyIdleMs: 15_000,
  totalMs: 60_000,
};

/** Longest body by default, in bytes. */
export const bodyBytesMaxDefault = 32 * 2 ** 20;

/**
 * A client whose every request ends: by an answer, or by an ImportError `ABORTED`, `TIMEOUT`, `NETWORK` (a body cut short
 * included) or `RESPONSE_TOO_LARGE`. Errors name method, host and path; never headers, bodies or query strings.
 */
export function createHttp(options: HttpOptions = {}): Http {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const bodyBytesMax = options.bodyBytesMax ?? bodyBytesMaxDefault;
  const send = options.fetch ?? ownTransport(timeouts);
  const limits = { timeouts, bodyBytesMax };
  return {
    request: (request) => exchange(send, request, limits),
    open: (request) => openStream(send, request, limits),
  };
}

interface Limits {
  readonly timeouts: HttpTimeouts;
  readonly bodyBytesMax: number;
}

async function exchange(send: FetchLike, request: HttpRequest, limits: Limits): Promise<HttpResponse> {
  throwIfAborted(request.signal);
  const { timeouts } = limits;
  const bodyBytesMax = Math.min(limits.bodyBytesMax, request.bodyBytesMax ?? limits.bodyBytesMax);
  const place = placeOf(request);
  const stop = createStop(request.signal);
  const timeout = (phase: string, timeoutMs: number) => () =>
    stop.end(new ImportError("TIMEOUT", `${place}: ${phase} took longer than ${timeoutMs} ms`));
  const total = setTimeout(timeout("the request", timeouts.totalMs), timeouts.totalMs);
  let phase = setTimeout(timeout("the answer's start", timeouts.headersMs), timeouts.headersMs);
  const onPiece = () => {
    clearTimeout(phase);
    phase = setTimeout(timeout("a piece of the body", timeouts.bodyIdleMs), timeouts.bodyIdleMs);
  };
  try {
    const response = await Promise.race([send(request.url, fetchInit(request, stop.signal)), stop.stopped]);
    onPiece();
    const body = await readBody(response.body, { place, bodyBytesMax, stopped: stop.stopped, onPiece });
    return { status: response.status, header: (name) => response.headers.get(name), body };
  } catch (error) {
    const ended = stop.endedBy() ?? connectionFailure(place, error);
    // Frees the socket of an answer that is not read to its end.
    stop.end(ended);
    throw ended;
  } finally {
    clearTimeout(total);
    clearTimeout(phase);
    stop.release();
  }
}

async function openStream(send: FetchLike, request: HttpRequest, limits: Limits): Promise<HttpStream> {
  throwIfAborted(request.signal);
  const place = placeOf(request);
  const stop = createStop(request.signal);
  const wait = boundedWaits(place, stop, limits.timeouts.totalMs);
  try {
    const sent = send(request.url, fetchInit(request, stop.signal));
    const response = await wait(sent, "the answer's start", limits.timeouts.headersMs);
    const next = <Result>(piece: Promise<Result>) => wait(piece, "a piece of the body", limits.timeouts.bodyIdleMs);
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: streamBody(response.body, { place, stop, bodyBytesMax: limits.bodyBytesMax, wait: next }),
      close: () => closeStream(place, stop),
    };
  } catch (error) {
    const ended = stop.endedBy() ?? connectionFailure(place, error);
    stop.end(ended);
    stop.release();
    throw ended;
  }
}

/** Waits that end after their own limit, and after the limit of all of them together. */
function boundedWaits(place: string, stop: Stop, totalMs: number) {
  let leftMs = totalMs;
  return async <Result>(promise: Promise<Result>, what: string, phaseMs: number): Promise<Result> => {
    const limitMs = Math.min(phaseMs, leftMs);
    const late = limitMs < phaseMs ? `the request took longer than ${totalMs}` : `${what} took longer than ${phaseMs}`;
    const timer = setTimeout(() => stop.end(new ImportError("TIMEOUT", `${place}: ${late} ms`)), Math.max(0, limitMs));
    const startedMs = performance.now();
    try {
      return await Promise.race([promise, stop.stopped]);
    } finally {
      clearTimeout(timer);
      leftMs -= performance.now() - startedMs;
    }
  };
}

function fetchInit(request: HttpRequest, signal: AbortSignal): FetchInit {
  const { method, headers = {}, body } = request;
  return { method, headers: { ...headers }, ...(body === undefined ? {} : { body }), redirect: "error", signal };
}

/** Method, host and path. The query is left out because some brokers carry tokens in it. */
function placeOf({ method, url }: HttpRequest): string {
  const { origin, pathname } = new URL(url);
  return `${method} ${origin}${pathname}`;
}
