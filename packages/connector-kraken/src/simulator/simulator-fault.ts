import type { JsonValue } from "./json-text.ts";
import type { SimulatedRequest } from "./kraken-simulator.ts";

/** Which requests a fault strikes. Only calls that pass key, signature, nonce, permission and counter count. */
export interface SimulatorFaultScope {
  /** A method such as "TradesHistory" or "AssetPairs", or a whole path. @defaultValue "TradesHistory" */
  readonly path?: string;
  /** How many requests are struck; Infinity for all. @defaultValue 1 */
  readonly times?: number;
  /** How many matching requests pass before the first is struck. @defaultValue 0 */
  readonly afterRequests?: number;
}

/** A row as TradesHistory serves it, still editable. */
export type TradeRow = Record<string, JsonValue | undefined>;

/** A page of TradesHistory before it is written; rows stand in the order they are served in. */
export type TradesPage = {
  readonly trades: Map<string, TradeRow>;
  readonly count?: JsonValue | undefined;
};

/**
 * Which `result` stands beside the errors: none, `null`, `{}`, the good one, or the good one with the second half of
 * its trades missing.
 */
export type ErrorResult = "absent" | "null" | "empty" | "whole" | "partial";

/** Faults that replace the good answer; of several that match, the first injected strikes alone. */
export type AnswerFault =
  /** HTTP 200 and these errors. `result` is "whole" by default if all are warnings ("W..."), else "absent". */
  | { readonly kind: "error"; readonly errors: readonly string[]; readonly result?: ErrorResult }
  /** No error, and no proper result. */
  | { readonly kind: "envelope"; readonly result: "absent" | "null" | "empty" }
  /** Any HTTP status; the body is a gateway's HTML page unless given. */
  | {
      readonly kind: "http";
      readonly status: number;
      readonly body?: string;
      readonly contentType?: string;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: "empty-body" }
  | { readonly kind: "null-body" }
  /** HTTP 200 and these bytes. */
  | { readonly kind: "binary"; readonly body: Buffer }
  /** The good body under another content type. */
  | { readonly kind: "content-type"; readonly contentType: string }
  /** The good body, gzip-encoded whether the client asked for it or not. */
  | { readonly kind: "gzip" }
  /** Half of the good body, with a content-length that agrees. */
  | { readonly kind: "truncated-json" }
  /** Half of the good body under the whole one's content-length, then the end of the connection. */
  | { readonly kind: "reset-after-half" }
  /** The connection is reset before the first byte. */
  | { readonly kind: "reset-before-answer" }
  /** A valid answer of about this many bytes, streamed without a content-length. */
  | { readonly kind: "huge-body"; readonly sizeBytes: number }
  /** The good answer after a real wait. */
  | { readonly kind: "slow-headers"; readonly waitMs: number }
  /** The good body in pieces with a real wait before each. `chunkBytes` is 1 by default. */
  | { readonly kind: "drip-body"; readonly waitMs: number; readonly chunkBytes?: number }
  /** No answer until the client or `close()` ends the connection. */
  | { readonly kind: "never-answers" };

/**
 * Runs before the answer is computed, so that a trade can come or go between two pages. If it throws, the answer is
 * HTTP 500 and the log's outcome names the cause.
 */
export interface ProcessFault {
  readonly kind: "process";
  readonly process: (request: SimulatedRequest) => void | Promise<void>;
}

/** Changes a page of TradesHistory; what it returns is served as `result`. For TradesHistory only. */
export interface TransformFault {
  readonly kind: "transform";
  readonly transform: (page: TradesPage) => JsonValue;
}

/** Changes the whole text of a good answer. */
export interface TransformTextFault {
  readonly kind: "transform-text";
  readonly transformText: (body: string) => string;
}

/** A fault and the requests it strikes. */
export type SimulatorFault = SimulatorFaultScope & (AnswerFault | ProcessFault | TransformFault | TransformTextFault);

/** A fault at work. */
export interface InjectedFault {
  /** How many requests it has struck. */
  readonly fired: number;
  /** Ends the fault early. */
  remove(): void;
}
