import type { IncomingMessage, ServerResponse } from "node:http";
import { answerFlex, type FlexRequest, refuseFlex } from "./flex-service.ts";
import { hostileStatement } from "./hostile-statement.ts";
import { faultAnswer, goodAnswer, type HttpAnswer, htmlAnswer, type Places } from "./http-answer.ts";
import type { SimulatedRequest } from "./ibkr-simulator.ts";
import type { LoggedRequest } from "./request-log.ts";
import { sendAnswer } from "./send-answer.ts";
import type { AnswerFault } from "./simulator-fault.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** Which server was asked, and where the others are. */
export interface RequestPlace {
  readonly server: SimulatedRequest["server"];
  readonly places: Places;
}

/** The path of the service on every host. */
export const SERVICE_PATH = "/AccountManagement/FlexWebService";

const LEGACY_PATH = "/Universal/servlet/FlexStatementService.";

/** Serves one request and notes it in the log. */
export async function handleRequest(
  state: SimulatorState,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  place: RequestPlace,
): Promise<void> {
  request.resume();
  const url = new URL(request.url ?? "/", "http://localhost");
  const parameters = new Map(url.searchParams);
  const logged = state.log.open({
    method: request.method ?? "",
    path: url.pathname,
    step: url.pathname.split(/[/.]/).at(-1) ?? "",
    server: place.server,
    parameters: Object.fromEntries(parameters),
    userAgent: request.headers["user-agent"] ?? null,
    atMs: state.clock.now(),
  });
  const { http, fault } = await computeAnswer(state, { logged, parameters }, place);
  logged.outcome = http.outcome;
  const onStatus = () => {
    logged.status = http.status;
  };
  await sendAnswer({ response, signal: connectionSignal(state, response), onStatus }, http, fault);
}

interface Computed {
  readonly http: HttpAnswer;
  readonly fault: AnswerFault | null;
}

async function computeAnswer(
  state: SimulatorState,
  { logged, parameters }: { readonly logged: LoggedRequest; readonly parameters: ReadonlyMap<string, string> },
  { server, places }: RequestPlace,
): Promise<Computed> {
  if (server === "hostile") return plain({ ...goodPage(hostileStatement()), outcome: "hostile" });
  const request = flexRequest(logged, parameters);
  if (request === null || !isAdmitted(logged)) {
    const status = request === null ? 404 : logged.method === "GET" ? 403 : 405;
    state.log.refuse(`HTTP ${status}`);
    return plain(htmlAnswer(status, {}));
  }
  const refusal = refuseFlex(state, request);
  if (refusal !== null) {
    if (refusal.kind === "refused") state.log.refuse(refusal.code);
    return plain(goodAnswer(refusal));
  }
  const fault = state.faults.strike(request.step, request.atMs);
  try {
    if (fault?.kind === "process") await fault.process(logged);
  } catch (error) {
    // A hook of the test threw: the client gets a server error, and the log names the cause.
    return plain({ ...htmlAnswer(500, {}), outcome: `hook failed: ${error}` });
  }
  const answer = answerFlex(state, request);
  if (answer.kind === "refused") state.log.refuse(answer.code);
  const http = fault === null ? goodAnswer(answer) : faultAnswer(fault, answer, { state, request, places });
  return { http, fault };
}

function isAdmitted({ method, userAgent }: LoggedRequest): boolean {
  return method === "GET" && (userAgent ?? "") !== "";
}

function flexRequest(logged: LoggedRequest, parameters: ReadonlyMap<string, string>): FlexRequest | null {
  const { path, step, atMs } = logged;
  if (step !== "SendRequest" && step !== "GetStatement") return null;
  const legacy = path === `${LEGACY_PATH}${step}`;
  return legacy || path === `${SERVICE_PATH}/${step}` ? { step, legacy, parameters, atMs } : null;
}

function goodPage(text: string): HttpAnswer {
  return { status: 200, headers: { "content-type": "text/xml;charset=UTF-8" }, chunks: [text], outcome: "ok" };
}

function plain(http: HttpAnswer): Computed {
  return { http, fault: null };
}

/** Aborted when the client goes away or the simulator closes. */
function connectionSignal(state: SimulatorState, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return AbortSignal.any([gone.signal, state.closing.signal]);
}
