import type { IncomingMessage, ServerResponse } from "node:http";
import { answerCall } from "./answer-call.ts";
import { faultAnswer, goodAnswer, type HttpAnswer } from "./fault-answer.ts";
import { gatewayPage } from "./gateway-page.ts";
import { type ReceivedCall, receiveCall } from "./receive-call.ts";
import type { LoggedRequest } from "./request-log.ts";
import { sendAnswer } from "./send-answer.ts";
import type { AnswerFault } from "./simulator-fault.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** Serves one request and notes it in the log. */
export async function handleRequest(
  state: SimulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signal = connectionSignal(state, response);
  const call = await receiveCall(request, state.clock);
  response.setHeader("date", new Date(state.clock.now()).toUTCString());
  if (call === null) {
    await sendAnswer({ response, signal }, htmlAnswer(413), { fault: null, onStatus: () => undefined });
    return;
  }
  const logged = state.log.open(call);
  const { http, fault } = await computeAnswer(state, call, logged);
  logged.outcome = http.outcome;
  const onStatus = () => {
    logged.status = http.status;
  };
  await sendAnswer({ response, signal }, http, { fault, onStatus });
}

async function computeAnswer(
  state: SimulatorState,
  call: ReceivedCall,
  logged: LoggedRequest,
): Promise<{ readonly http: HttpAnswer; readonly fault: AnswerFault | null }> {
  if (!call.path.startsWith("/0/")) return { http: htmlAnswer(404), fault: null };
  try {
    const answer = await answerCall(state, call, logged);
    const fault = answer.faults?.answer ?? null;
    return { http: fault === null ? goodAnswer(answer) : faultAnswer(fault, answer), fault };
  } catch (error) {
    // A hook of the test threw: the client gets a server error, and the log names the cause.
    return { http: { ...htmlAnswer(500), outcome: `hook failed: ${error}` }, fault: null };
  }
}

function htmlAnswer(status: number): HttpAnswer {
  const headers = { "content-type": "text/html; charset=UTF-8" };
  return { status, headers, body: Buffer.from(gatewayPage(status)), outcome: `HTTP ${status}` };
}

/** Aborted when the client goes away or the simulator closes. */
function connectionSignal(state: SimulatorState, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  return AbortSignal.any([gone.signal, state.closing.signal]);
}
