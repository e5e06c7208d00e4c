import { admitFlex } from "./admit-flex.ts";
import { countFailure } from "./count-failure.ts";
import { flexDocument } from "./flex-document.ts";
import { flexErrorText, flexSuccessText } from "./flex-errors.ts";
import { flexRange } from "./flex-range.ts";
import { flexStatements } from "./flex-statements.ts";
import type { FlexReference, SimulatorState } from "./simulator-state.ts";

/** A request of the Flex Web Service. */
export interface FlexRequest {
  readonly step: "SendRequest" | "GetStatement";
  /** Whether it came over the path that was switched off in May 2026. */
  readonly legacy: boolean;
  readonly parameters: ReadonlyMap<string, string>;
  readonly atMs: number;
}

/** What the service answers before anything goes wrong; HTTP 200 all of it. */
export type FlexAnswer =
  | { readonly kind: "accepted"; readonly referenceCode: string; readonly text: string }
  | { readonly kind: "statement"; readonly reference: FlexReference; readonly chunks: () => AsyncIterable<string> }
  /** `own` when the service's rules refused it, before any fault could strike. */
  | { readonly kind: "refused"; readonly code: string; readonly text: string; readonly own: boolean };

/** Checks version, token, lock and limits; null lets the request in. */
export function refuseFlex(state: SimulatorState, request: FlexRequest): FlexAnswer | null {
  const code = admitFlex(state, request);
  return code === null ? null : { ...refused(code, request), own: true };
}

/** The good answer to a request that was let in. */
export function answerFlex(state: SimulatorState, request: FlexRequest): FlexAnswer {
  const answer = request.step === "SendRequest" ? sendRequest(state, request) : getStatement(state, request);
  noteOutcome(state, request, answer);
  return answer;
}

function sendRequest(state: SimulatorState, request: FlexRequest): FlexAnswer {
  const { parameters, atMs } = request;
  const id = parameters.get("q") ?? "";
  if (!/^\d+$/.test(id)) return refused("1020", request);
  const query = state.queries.find((one) => one.id === id);
  if (query === undefined) return refused("1014", request);
  const known = state.accounts.map(({ accountId }) => accountId);
  if (query.accounts?.some((accountId) => !known.includes(accountId))) return refused("1016", request);
  const range = flexRange(query, parameters, atMs);
  if (range.kind === "refused") return refused(range.code, request);
  const referenceCode = String(1_234_567_890 + state.references.size * 7_919);
  const entriesCount = state.book.entries.length;
  state.references.set(referenceCode, { query, range, requestedMs: atMs, entriesCount });
  const text = flexSuccessText({ atMs, referenceCode, url: state.options.statementUrl });
  return { kind: "accepted", referenceCode, text };
}

// A reference stays good, and always shows what there was when it was asked for.
function getStatement(state: SimulatorState, request: FlexRequest): FlexAnswer {
  const reference = state.references.get(request.parameters.get("q") ?? "");
  if (reference === undefined) return refused("1017", request);
  const { query, range, requestedMs } = reference;
  if (request.atMs - requestedMs < state.options.generationMs) return refused("1019", request);
  if (range.kind !== "days") return refused(range.code, request);
  const statements = flexStatements(state, reference, range);
  const generatedAtMs = requestedMs + state.options.generationMs;
  return { kind: "statement", reference, chunks: () => flexDocument({ query, statements, generatedAtMs }) };
}

function refused(code: string, { atMs }: FlexRequest) {
  return { kind: "refused", code, text: flexErrorText(code, { atMs }), own: false } as const;
}

const FINAL_CODES = new Set(["1014", "1016", "1017", "1020"]);

function noteOutcome(state: SimulatorState, { parameters, atMs }: FlexRequest, answer: FlexAnswer): void {
  const holder = state.holders.find(({ token }) => token.token === parameters.get("t"));
  if (holder === undefined) return;
  if (answer.kind !== "refused") holder.failuresInRow = 0;
  else if (FINAL_CODES.has(answer.code)) countFailure(state, holder, atMs);
}
