import type { IncomingMessage, ServerResponse } from "node:http";
import { type HttpAnswer, htmlAnswer } from "./http-answer.ts";
import { liveSession, refuseSigned, type SignedRequest } from "./portal-oauth.ts";
import { type PortalAnswer, type PortalCall, portalAnswer } from "./portal-routes.ts";
import { openLogin, type PortalSession, type PortalState, passTime } from "./portal-state.ts";
import { sendAnswer } from "./send-answer.ts";
import type { PortalFault, PortalRequest } from "./simulated-portal.ts";

type LoggedRequest = { -readonly [Field in keyof PortalRequest]: PortalRequest[Field] };

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly face: "gateway" | "oauth";
}

const PREFIX = "/v1/api";
const LIVE_SESSION = "/oauth/live_session_token";

/** Serves one request of the Client Portal face and notes it. */
export async function handlePortal(state: PortalState, exchange: Exchange): Promise<void> {
  const { request, response, face } = exchange;
  const url = new URL(request.url ?? "/", "https://localhost");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  const logged: LoggedRequest = {
    ...{ face, method: request.method ?? "", parameters: Object.fromEntries(url.searchParams), body },
    path: url.pathname.startsWith(PREFIX) ? url.pathname.slice(PREFIX.length) : url.pathname,
    userAgent: request.headers["user-agent"] ?? null,
    egress: request.socket.remoteAddress ?? "",
    atMs: state.simulator.clock.now(),
    ...{ outcome: "pending", status: 0 },
  };
  state.requests.push(logged);
  response.setHeader("date", new Date(logged.atMs).toUTCString());
  const { http, fault } = await computed(state, exchange, logged);
  logged.outcome = http.outcome;
  const onStatus = () => {
    logged.status = http.status;
  };
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, state.simulator.closing.signal]);
  await sendAnswer({ response, signal, onStatus }, http, connectionFault(fault));
}

interface Computed {
  readonly http: HttpAnswer;
  readonly fault: PortalFault | null;
}

async function computed(state: PortalState, exchange: Exchange, logged: LoggedRequest): Promise<Computed> {
  const { atMs, path, face } = logged;
  const refused = refusal(state, exchange, logged);
  if (refused !== null) return { http: refused, fault: null };
  const fault = state.faults.strike(path.replace(/\/+$/, ""), atMs);
  try {
    if (fault?.kind === "process") await fault.process(simulatedOf(logged));
  } catch (error) {
    return { http: { ...htmlAnswer(500, {}), outcome: `hook failed: ${error}` }, fault: null };
  }
  const before = fault === null ? null : faultAnswer(fault);
  if (before !== null) return { http: before, fault };
  const session = face === "gateway" ? state.gateway : state.oauth;
  const parameters = new Map(Object.entries(logged.parameters));
  const call: PortalCall = { ...logged, session, parameters };
  const answer = path === LIVE_SESSION ? logIn(state, exchange, logged) : portalAnswer(state, call);
  return { http: changed(httpAnswer(answer), fault), fault };
}

/** What is refused whatever it asks for: headers, limits, signatures. */
function refusal(state: PortalState, exchange: Exchange, logged: LoggedRequest): HttpAnswer | null {
  const { face, atMs, method, path } = logged;
  const { headers } = exchange.request;
  if ((logged.userAgent ?? "") === "") return htmlAnswer(403, {});
  if (method === "POST" && headers["content-length"] === undefined) return htmlAnswer(411, {});
  const session: PortalSession = face === "gateway" ? state.gateway : state.oauth;
  passTime(state, session, atMs);
  if (!state.limits.admit(logged)) return text(429, "Too Many Requests");
  if (face === "gateway" || path === LIVE_SESSION) return null;
  const refused = refuseSigned(state.consumer, signedRequest(exchange, logged));
  return refused === null ? null : unauthorized(refused);
}

function logIn(state: PortalState, exchange: Exchange, logged: LoggedRequest): PortalAnswer {
  const answer = liveSession(state.consumer, signedRequest(exchange, logged));
  if (typeof answer === "string") return { status: 401, text: JSON.stringify({ error: answer, statusCode: 401 }) };
  openLogin(state.oauth, logged.atMs);
  return { status: 200, text: JSON.stringify(answer) };
}

function signedRequest({ request }: Exchange, { method, path, parameters, atMs }: LoggedRequest): SignedRequest {
  const authorization = request.headers.authorization ?? "";
  const origin = `https://${request.headers.host ?? ""}`;
  return { method, url: `${origin}${PREFIX}${path}`, parameters, authorization, atMs };
}

function unauthorized(detail: string): HttpAnswer {
  const consumer = { error: detail, statusCode: 401 };
  const problem = { type: "/simple", title: "Unauthorized", status: 401, detail };
  return httpAnswer({ status: 401, text: JSON.stringify(detail.startsWith("id:") ? consumer : problem) });
}

function httpAnswer({ status, text: body }: PortalAnswer): HttpAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status, headers, chunks: [body], outcome: status === 200 ? "ok" : `HTTP ${status}` };
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain" }, chunks: [body], outcome: `HTTP ${status}` };
}

/** The answers of faults that keep a request from having any effect. */
function faultAnswer(fault: PortalFault): HttpAnswer | null {
  const outcome = `fault: ${fault.kind}`;
  switch (fault.kind) {
    case "http":
      return { ...htmlAnswer(fault.status, fault), outcome };
    case "html":
      return { ...htmlAnswer(200, {}), outcome };
    case "json":
      return { ...httpAnswer({ status: fault.status, text: fault.body }), outcome };
    case "redirect":
      return { ...htmlAnswer(302, {}), headers: { location: fault.location }, outcome };
    case "empty-body":
      return { ...text(200, ""), outcome };
    default:
      return null;
  }
}

function changed(good: HttpAnswer, fault: PortalFault | null): HttpAnswer {
  if (fault === null || fault.kind === "process") return good;
  const outcome = `fault: ${fault.kind}`;
  if (fault.kind === "lost") return { ...text(fault.status, ""), outcome };
  if (fault.kind === "transform")
    return { ...good, chunks: [fault.transform([...(good.chunks as readonly string[])].join(""))], outcome };
  return { ...good, outcome };
}

type ConnectionFault = Parameters<typeof sendAnswer>[2];

function connectionFault(fault: PortalFault | null): ConnectionFault {
  if (fault === null || fault.kind === "json" || fault.kind === "redirect" || fault.kind === "lost") return null;
  return fault;
}

function simulatedOf({ method, path, parameters, userAgent, atMs, outcome, status }: LoggedRequest) {
  return { method, path, step: path, server: "main", parameters, userAgent, atMs, outcome, status } as const;
}
