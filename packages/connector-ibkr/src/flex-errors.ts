import { redact, type Secret } from "@fillbook/connector-kit";
import { type ErrorCode, ImportError } from "@fillbook/core";
import type { FlexControl } from "./flex-control.ts";

/** The two requests of the Flex Web Service. */
export type FlexStep = "SendRequest" | "GetStatement";

/** What a code comes to: an error, or an answer that the connector acts on. */
export type FlexFailure =
  | { readonly kind: "pending" | "no-data" | "unknown-reference" }
  | { readonly kind: "error"; readonly error: ImportError }
  /** What is refused is the query, which may pass for one that has worked. */
  | { readonly kind: "refused"; readonly error: ImportError };

/**
 * What IBKR's codes mean (IBKR Campus, Flex Web Service, read 2026-05-27; 1025 is not documented and was seen). An
 * unknown code is tried again only where the text says so.
 */
export function flexFailure(
  control: FlexControl,
  { step, secrets }: { readonly step: FlexStep; readonly secrets: readonly Secret[] },
): FlexFailure {
  const { errorCode } = control;
  if (errorCode === "1003") return { kind: "no-data" };
  if (step === "GetStatement" && errorCode === "1019") return { kind: "pending" };
  if (step === "GetStatement" && errorCode === "1017") return { kind: "unknown-reference" };
  const rule = (errorCode === null ? undefined : rules.get(errorCode)) ?? unknownRule(control);
  const said = `${errorCode ?? "no code"}: ${JSON.stringify(redact(control.errorMessage ?? "", secrets).slice(0, 200))}`;
  const message = `IBKR ${rule.message} (${step}, ${said})`;
  const error = new ImportError(rule.code, message, { retryAfterMs: rule.retryAfterMs ?? null });
  return rule.refusesQuery === true ? { kind: "refused", error } : { kind: "error", error };
}

interface FlexRule {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
  readonly refusesQuery?: true;
}

const MINUTE_MS = 60_000;

/** After a code that nobody knows and that promises nothing: longer than a run waits. */
const UNKNOWN_RETRY_MS = 60 * MINUTE_MS;

const later: FlexRule = {
  code: "BROKER_UNAVAILABLE",
  message: "cannot make the statement now",
  retryAfterMs: 30_000,
};

/** Asking again within the run would only feed the lock that answers many failures. */
const rules: ReadonlyMap<string, FlexRule> = new Map(
  Object.entries({
    1001: later,
    1004: later,
    1005: { ...later, message: "has no settlement data yet", retryAfterMs: MINUTE_MS },
    1006: { ...later, message: "has no FIFO results yet", retryAfterMs: MINUTE_MS },
    1007: { ...later, message: "has no MTM results yet", retryAfterMs: MINUTE_MS },
    1008: { ...later, message: "has no MTM and FIFO results yet", retryAfterMs: MINUTE_MS },
    1009: { ...later, message: "is under heavy load", retryAfterMs: MINUTE_MS },
    1010: { code: "OPTION_INVALID", message: "no longer supports this query: convert it to an Activity Flex query" },
    1011: {
      code: "PERMISSION_DENIED",
      message: "has the Flex Web Service switched off: switch it on in Client Portal",
    },
    1012: {
      code: "CREDENTIALS_INVALID",
      message: "says that the token has expired: make a new one, with a life of a year",
    },
    1013: {
      code: "PERMISSION_DENIED",
      message: "does not allow the token from this address: change its IP restriction",
    },
    1014: { code: "OPTION_INVALID", message: "does not know the query: check queryId", refusesQuery: true },
    1015: { code: "CREDENTIALS_INVALID", message: "does not know the token: a newer one replaces all before it" },
    1016: { code: "ACCOUNT_MISMATCH", message: "does not accept the account of the query", refusesQuery: true },
    1018: { code: "RATE_LIMITED", message: "limits the requests of this token", retryAfterMs: MINUTE_MS + 1_000 },
    1019: { ...later, message: "still makes another statement" },
    1020: {
      code: "OPTION_INVALID",
      message: "cannot validate the request: check queryId, which is the query's number",
      refusesQuery: true,
    },
    1021: later,
    1025: {
      code: "LOCKED_OUT",
      message: "locked the token after too many failures; nothing is sent for four hours",
      retryAfterMs: 240 * MINUTE_MS,
    },
  } satisfies Record<string, FlexRule>),
);

function unknownRule({ errorMessage }: FlexControl): FlexRule {
  if (/try again/i.test(errorMessage ?? "")) return later;
  return { code: "BROKER_ERROR", message: "answered with a code that is not known", retryAfterMs: UNKNOWN_RETRY_MS };
}
