import type { JsonValue } from "./json-text.ts";
import type { TradesPage } from "./simulator-fault.ts";
import type { KeyHolder, SimulatorState } from "./simulator-state.ts";

/** What a method has to say, before faults and before it is written. */
export type MethodAnswer =
  | { readonly kind: "errors"; readonly errors: readonly string[] }
  | { readonly kind: "result"; readonly result: JsonValue }
  | { readonly kind: "page"; readonly page: TradesPage }
  /** A file instead of an envelope. */
  | { readonly kind: "binary"; readonly body: Buffer };

/** What a public method knows. */
export interface PublicContext {
  readonly state: SimulatorState;
  readonly parameters: URLSearchParams;
  readonly atMs: number;
}

/** What a private method knows; its caller has passed all checks. */
export interface PrivateContext extends PublicContext {
  readonly holder: KeyHolder;
}

/** The answer with a result. */
export function resultAnswer(result: JsonValue): MethodAnswer {
  return { kind: "result", result };
}

/** The answer with one error. */
export function errorAnswer(error: string): MethodAnswer {
  return { kind: "errors", errors: [error] };
}
