import { gzipSync } from "node:zlib";
import type { CallAnswer } from "./answer-call.ts";
import { envelopeText } from "./envelope.ts";
import { gatewayPage } from "./gateway-page.ts";
import type { JsonValue } from "./json-text.ts";
import type { AnswerFault, ErrorResult } from "./simulator-fault.ts";

/** An answer as it goes over the wire. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What the request log is to say. */
  readonly outcome: string;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** The answer when no fault strikes. */
export function goodAnswer({ envelope, faults, binary }: CallAnswer): HttpAnswer {
  // A capture of 2019 had this type in front of a ZIP.
  if (binary !== undefined) return { status: 200, headers: { "content-type": JSON_TYPE }, body: binary, outcome: "ok" };
  const text = envelopeText(envelope);
  const body = faults?.transformText ? faults.transformText.transformText(text) : text;
  const outcome = envelope.errors.length === 0 ? "ok" : envelope.errors.join(", ");
  return { status: 200, headers: { "content-type": JSON_TYPE }, body: Buffer.from(body), outcome };
}

/** What the fault makes of the answer; a fault of the connection leaves the content as it is. */
export function faultAnswer(fault: AnswerFault, answer: CallAnswer): HttpAnswer {
  const good = goodAnswer(answer);
  const struck = { ...good, outcome: `fault: ${fault.kind}` };
  switch (fault.kind) {
    case "error": {
      const result = errorResult(fault.result ?? defaultResult(fault.errors), answer);
      const body = Buffer.from(envelopeText({ errors: fault.errors, result }));
      return { ...good, body, outcome: fault.errors.join(", ") };
    }
    case "envelope":
      return { ...struck, body: Buffer.from(envelopeText({ errors: [], result: errorResult(fault.result, answer) })) };
    case "http":
      return { ...struck, ...httpFault(fault) };
    case "empty-body":
      return { ...struck, body: Buffer.alloc(0) };
    case "null-body":
      return { ...struck, body: Buffer.from("null") };
    case "content-type":
      return { ...struck, headers: { "content-type": fault.contentType } };
    case "binary":
      return { ...struck, body: fault.body };
    case "gzip":
      return { ...struck, headers: { ...good.headers, "content-encoding": "gzip" }, body: gzipSync(good.body) };
    case "truncated-json":
      return { ...struck, body: good.body.subarray(0, Math.floor(good.body.length / 2)) };
    default:
      return struck;
  }
}

function httpFault(fault: Extract<AnswerFault, { kind: "http" }>): Omit<HttpAnswer, "outcome"> {
  const { status, contentType = "text/html; charset=UTF-8", retryAfterSeconds } = fault;
  const retryAfter = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  const headers = { "content-type": contentType, server: "cloudflare", ...retryAfter };
  return { status, headers, body: Buffer.from(fault.body ?? gatewayPage(status)) };
}

function defaultResult(errors: readonly string[]): ErrorResult {
  return errors.every((error) => error.startsWith("W")) ? "whole" : "absent";
}

function errorResult(kind: ErrorResult, { envelope, partialResult }: CallAnswer): JsonValue | undefined {
  switch (kind) {
    case "absent":
      return undefined;
    case "null":
      return null;
    case "empty":
      return {};
    case "whole":
      return envelope.result;
    case "partial":
      return partialResult;
  }
}
