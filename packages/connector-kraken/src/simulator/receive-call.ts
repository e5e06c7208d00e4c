import type { IncomingMessage } from "node:http";

/** A request with its whole body. */
export interface ReceivedCall {
  readonly httpMethod: string;
  readonly path: string;
  /** The body's bytes as they came: the signature covers them. */
  readonly body: Buffer;
  /** The form of a POST, the query of a GET. */
  readonly parameters: URLSearchParams;
  readonly apiKey: string | null;
  readonly signature: string;
  readonly atMs: number;
}

// The longest sensible call, QueryTrades with 20 ids, has about 500 bytes.
const BODY_BYTES_MAX = 64 * 1024;

/** Reads a request, or null when its body is too long or its URL is none. */
export async function receiveCall(request: IncomingMessage, clock: { now(): number }): Promise<ReceivedCall | null> {
  const body = await readBody(request);
  const target = `http://127.0.0.1${request.url}`;
  if (body === null || !URL.canParse(target)) return null;
  const url = new URL(target);
  const httpMethod = request.method ?? "GET";
  return {
    httpMethod,
    path: url.pathname,
    body,
    parameters: httpMethod === "POST" ? new URLSearchParams(body.toString("utf8")) : url.searchParams,
    apiKey: headerText(request, "api-key"),
    signature: headerText(request, "api-sign") ?? "",
    atMs: clock.now(),
  };
}

/** The body, or null when it is too long; it is read to its end all the same, so that the client gets its answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes <= BODY_BYTES_MAX) chunks.push(bytes);
  }
  return sizeBytes > BODY_BYTES_MAX ? null : Buffer.concat(chunks);
}

function headerText(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
