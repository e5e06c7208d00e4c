import { attackDocument } from "./attack-document.ts";
import { flexDocument } from "./flex-document.ts";
import { flexErrorText, flexSuccessText } from "./flex-errors.ts";
import type { FlexAnswer, FlexRequest } from "./flex-service.ts";
import { flexStatements } from "./flex-statements.ts";
import type { AnswerFault } from "./simulator-fault.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** An answer as it goes over the wire. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly chunks: AsyncIterable<string> | Iterable<string>;
  /** What the request log is to say. */
  readonly outcome: string;
}

/** The simulator's own places that a fault of the kind "url" can name. */
export interface Places {
  readonly mirror: string;
  readonly hostile: string;
}

/** The answer when no fault strikes. */
export function goodAnswer(answer: FlexAnswer): HttpAnswer {
  const chunks = answer.kind === "statement" ? answer.chunks() : [answer.text];
  const outcome = answer.kind === "refused" ? `error ${answer.code}` : "ok";
  return { status: 200, headers: { "content-type": "text/xml;charset=UTF-8" }, chunks, outcome };
}

/** What the fault makes of the answer; a fault of the connection leaves the content as it is. */
export function faultAnswer(
  fault: AnswerFault,
  answer: FlexAnswer,
  context: { readonly state: SimulatorState; readonly request: FlexRequest; readonly places: Places },
): HttpAnswer {
  const { atMs } = context.request;
  const good = goodAnswer(answer);
  const struck = { ...good, outcome: `fault: ${fault.kind}` };
  switch (fault.kind) {
    case "error":
      return { ...good, chunks: [errorText(fault, atMs)], outcome: `error ${fault.code}` };
    case "in-progress":
      return { ...good, chunks: [flexErrorText("1019", { atMs })], outcome: "error 1019" };
    case "url":
      return answer.kind === "accepted" ? { ...struck, chunks: [urlText(fault, answer, context)] } : good;
    case "http":
      return { ...struck, ...htmlAnswer(fault.status, fault) };
    case "html":
      return { ...struck, ...htmlAnswer(200, {}) };
    case "csv":
      return answer.kind === "statement" ? { ...struck, headers: CSV, chunks: csvChunks(answer, context.state) } : good;
    case "empty-body":
      return { ...struck, chunks: [] };
    case "attack":
      return { ...struck, chunks: attackDocument(fault.attack, fault.sizeBytes) };
    case "transform":
      return { ...struck, chunks: transformed(good.chunks, fault.transform) };
    case "process":
      return good;
    default:
      return struck;
  }
}

/** A page of a web server, not of the service. */
export function htmlAnswer(
  status: number,
  { body, retryAfterSeconds }: { readonly body?: string; readonly retryAfterSeconds?: number },
): HttpAnswer {
  const page = `<!DOCTYPE html>\n<html><head><title>IBKR</title></head><body><h1>${status}</h1></body></html>\n`;
  const retryAfter = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  const headers = { "content-type": "text/html;charset=UTF-8", ...retryAfter };
  return { status, headers, chunks: [body ?? page], outcome: `HTTP ${status}` };
}

const CSV = { "content-type": "text/csv;charset=UTF-8" };

function errorText(fault: Extract<AnswerFault, { kind: "error" }>, atMs: number): string {
  const { code, message } = fault;
  return flexErrorText(code, message === undefined ? { atMs } : { atMs, message });
}

function urlText(
  fault: Extract<AnswerFault, { kind: "url" }>,
  { referenceCode }: Extract<FlexAnswer, { kind: "accepted" }>,
  { request, places }: { readonly request: FlexRequest; readonly places: Places },
): string {
  const { element = "Url" } = fault;
  const own = fault.url === "mirror" || fault.url === "hostile" ? `${places[fault.url]}/GetStatement` : fault.url;
  return flexSuccessText({ atMs: request.atMs, referenceCode, url: own, element });
}

function csvChunks({ reference }: Extract<FlexAnswer, { kind: "statement" }>, state: SimulatorState) {
  const { query, range, requestedMs } = reference;
  const statements = range.kind === "days" ? flexStatements(state, reference, range) : [];
  return flexDocument({ query: { ...query, format: "csv" }, statements, generatedAtMs: requestedMs });
}

async function* transformed(chunks: HttpAnswer["chunks"], transform: (body: string) => string) {
  let body = "";
  for await (const chunk of chunks) body += chunk;
  yield transform(body);
}
