import type { SimulatedRequest } from "./ibkr-simulator.ts";

/** Which requests a fault strikes. Requests that are refused anyway (limits, token, user agent) are not counted. */
export interface SimulatorFaultScope {
  /** @defaultValue both steps, but for faults that belong to one */
  readonly step?: "SendRequest" | "GetStatement";
  /** How many requests it strikes. @defaultValue 1, and without end for a fault with `forMs` */
  readonly times?: number;
  /** How many requests of the step pass before. @defaultValue 0 */
  readonly afterRequests?: number;
  /** Strikes until so long after its first strike, by the simulator's clock. */
  readonly forMs?: number;
}

/** A document that a parser must refuse, or survive. */
export type FlexAttack =
  | "entity-expansion"
  | "doctype"
  | "external-entity"
  | "huge-attribute"
  | "deep-nesting"
  | "huge-body"
  | "no-end-tag"
  | "wrong-count"
  | "no-count"
  | "wrong-root"
  | "second-root";

/** What goes wrong. */
export type AnswerFault =
  /** HTTP 200 and a code; texts of published codes are known. */
  | { readonly kind: "error"; readonly code: string; readonly message?: string }
  /** 1019 with status Warn; for GetStatement. With `times` for polls, with `forMs` for hours. */
  | { readonly kind: "in-progress" }
  /** What SendRequest says about where to fetch; null leaves it out. "mirror" and "hostile" are the simulator's own. */
  | { readonly kind: "url"; readonly url: string | null | "mirror" | "hostile"; readonly element?: "Url" | "url" }
  /** Any HTTP status; the body is an HTML page unless given. */
  | { readonly kind: "http"; readonly status: number; readonly body?: string; readonly retryAfterSeconds?: number }
  /** A maintenance page with HTTP 200. */
  | { readonly kind: "html" }
  /** The statement as a table. */
  | { readonly kind: "csv" }
  | { readonly kind: "empty-body" }
  /** The first bytes of the good body, with a content-length that agrees. `atBytes` is half of it by default. */
  | { readonly kind: "truncated"; readonly atBytes?: number }
  /** The first bytes under the whole one's content-length, then the end of the connection. `atBytes` is half of it by default. */
  | { readonly kind: "reset"; readonly atBytes?: number }
  | { readonly kind: "reset-before-answer" }
  /** The good body in pieces with a real wait before each. `chunkBytes` is 1 by default. */
  | { readonly kind: "drip"; readonly waitMs: number; readonly chunkBytes?: number }
  | { readonly kind: "slow-headers"; readonly waitMs: number }
  /** No answer until the client or `close()` ends the connection. */
  | { readonly kind: "never-answers" }
  /** `sizeBytes` is 50 MiB for "huge-body" and 1 MiB for "huge-attribute" by default. */
  | { readonly kind: "attack"; readonly attack: FlexAttack; readonly sizeBytes?: number }
  /** The statement of another account, or a confirmation where activity was asked for, and the like: any text. */
  | { readonly kind: "transform"; readonly transform: (body: string) => string }
  /** Runs before the answer is computed, so that fills can come in between; the answer is the good one. */
  | { readonly kind: "process"; readonly process: (request: SimulatedRequest) => void | Promise<void> };

/** A fault and the requests it strikes; of several that match, the first injected strikes alone. */
export type SimulatorFault = SimulatorFaultScope & AnswerFault;

/** A fault at work. */
export interface InjectedFault {
  /** How many requests it has struck. */
  readonly fired: number;
  /** Ends the fault early. */
  remove(): void;
}
