import { admitCall } from "./admit-call.ts";
import { InvalidArgument } from "./call-parameters.ts";
import type { Envelope } from "./envelope.ts";
import type { StruckFaults } from "./fault-plan.ts";
import type { JsonValue } from "./json-text.ts";
import type { SimulatedRequest } from "./kraken-simulator.ts";
import { errorAnswer, type MethodAnswer, type PublicContext } from "./method-answer.ts";
import type { ReceivedCall } from "./receive-call.ts";
import { routes } from "./routes.ts";
import type { TransformFault } from "./simulator-fault.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** What a call earned, and the faults that strike it before it is written. */
export interface CallAnswer {
  readonly envelope: Envelope;
  /** The good result without the second half of its trades. */
  readonly partialResult?: JsonValue | undefined;
  /** What is sent instead of the envelope. */
  readonly binary?: Buffer;
  /** null for a call that was refused: faults strike admitted calls only. */
  readonly faults: StruckFaults | null;
}

/** Finds the method, checks the caller, runs the hooks that come first, and computes the answer. */
export async function answerCall(
  state: SimulatorState,
  call: ReceivedCall,
  request: SimulatedRequest,
): Promise<CallAnswer> {
  const route = routes.get(call.path);
  if (route === undefined) return refusedCall("EGeneral:Unknown method");
  const context: PublicContext = { state, parameters: call.parameters, atMs: call.atMs };
  if (route.kind === "public") return strikeAndAnswer({ state, request }, () => route.answer(context));
  if (call.httpMethod !== "POST") return refusedCall("EGeneral:Unknown method");
  const admission = admitCall(state, call, route);
  if (admission.kind === "refused") return refusedCall(admission.error);
  const { holder } = admission;
  return strikeAndAnswer({ state, request }, () => route.answer({ ...context, holder }));
}

async function strikeAndAnswer(
  { state, request }: { readonly state: SimulatorState; readonly request: SimulatedRequest },
  answer: () => MethodAnswer,
): Promise<CallAnswer> {
  const faults = state.faults.strike(request.path);
  for (const fault of faults.processes) await fault.process(request);
  return { ...plainAnswer(answerOrInvalid(answer), faults.transform), faults };
}

function answerOrInvalid(answer: () => MethodAnswer): MethodAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof InvalidArgument) return errorAnswer(error.message);
    throw error;
  }
}

function plainAnswer(answer: MethodAnswer, transform: TransformFault | null): Omit<CallAnswer, "faults"> {
  if (answer.kind === "errors") return { envelope: { errors: answer.errors } };
  if (answer.kind === "result")
    return { envelope: { errors: [], result: answer.result }, partialResult: answer.result };
  if (answer.kind === "binary") return { envelope: { errors: [] }, binary: answer.body };
  const { page } = answer;
  const rows = [...page.trades];
  const half = new Map(rows.slice(0, Math.ceil(rows.length / 2)));
  const result = transform === null ? page : transform.transform(page);
  return { envelope: { errors: [], result }, partialResult: { ...page, trades: half } };
}

function refusedCall(error: string): CallAnswer {
  return { envelope: { errors: [error] }, faults: null };
}
