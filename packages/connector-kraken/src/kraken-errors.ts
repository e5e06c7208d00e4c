import { redact, type Secret } from "@fillbook/connector-kit";
import { type ErrorCode, ImportError } from "@fillbook/core";

/** What Kraken's `error` list comes to. */
export interface KrakenFailure {
  readonly error: ImportError;
  /** Kraken said that the service is unavailable: SystemStatus tells whether it is maintenance. */
  readonly unavailable: boolean;
}

export interface FailureContext {
  /** The method called, such as "TradesHistory". */
  readonly endpoint: string;
  readonly nowMs: number;
  /** How long the key's counter takes to make room for this call again. */
  readonly recoveryMs: number;
  /** Credentials, which no message may echo. */
  readonly secrets: readonly Secret[];
}

/**
 * The ImportError of Kraken's errors, of several the gravest. Errors are matched by prefix and may have a space after
 * the colon (docs.kraken.com spot-errors, read 2026-05-27); an unknown one is `BROKER_ERROR`.
 */
export function krakenFailure(errors: readonly string[], context: FailureContext): KrakenFailure {
  const normalized = errors.map((error) => error.replace(/^([A-Z][A-Za-z]{0,40}): /, "$1:"));
  for (const rule of RULES) {
    const error = normalized.find((text) => rule.prefixes.some((prefix) => matches(text, prefix)));
    if (error !== undefined) return failureOf(rule, error, context);
  }
  const said = `Kraken answered ${context.endpoint} with ${quoted(normalized[0] ?? "", context.secrets)}`;
  return { error: new ImportError("BROKER_ERROR", said), unavailable: false };
}

/** True for an entry of the `error` list that only warns; the result beside it counts. */
export function isKrakenWarning(error: string): boolean {
  return error.startsWith("W");
}

/** Longest lockout that Kraken names, in milliseconds (support.kraken.com: "approximately 15 minutes", read 2026-05-27). */
export const lockoutMs = 900_000;

const THROTTLE_MAX_MS = 120_000;
const THROTTLE_DEFAULT_MS = 5_000;
/** How long to leave Kraken alone during maintenance, in milliseconds. */
export const maintenanceRetryMs = 300_000;

type ErrorPattern = string | RegExp;

interface ErrorRule {
  readonly code: ErrorCode;
  /** A text that the error starts with, or for texts that are not documented, a pattern. */
  readonly prefixes: readonly ErrorPattern[];
  readonly message: string;
  readonly retryAfterMs?: (error: string, context: FailureContext) => number;
}

const UNAVAILABLE = "EService:Unavailable";

/** Gravest first. */
const RULES: readonly ErrorRule[] = [
  {
    code: "LOCKED_OUT",
    prefixes: ["EGeneral:Temporary lockout"],
    message: "locked this API key out after too many failed calls; nothing is sent for 15 minutes",
    retryAfterMs: () => lockoutMs,
  },
  {
    code: "CREDENTIALS_INVALID",
    // The text for a missing one-time password is documented nowhere.
    prefixes: [/\b(?:otp|2fa|two.factor)\b/i],
    message: "asks for a one-time password: use an API key without a second factor, or set its static one",
  },
  {
    code: "CREDENTIALS_INVALID",
    prefixes: ["EAPI:Invalid key"],
    message: "does not know this API key: it was deleted, has expired, or is not allowed from this address",
  },
  {
    code: "CREDENTIALS_INVALID",
    prefixes: ["EAPI:Invalid signature"],
    message: "refused the signature: the private key does not belong to this API key",
  },
  {
    code: "PERMISSION_DENIED",
    prefixes: ["EGeneral:Permission denied", "EAPI:Permission denied", "EAccount:Invalid permissions"],
    message: "denied permission",
  },
  {
    code: "CREDENTIALS_INVALID",
    prefixes: ["EAuth:Account temporary disabled", "EAuth:Account unconfirmed", "EAuth:Failed", "ETrade:User Locked"],
    message: "says that the account is locked or not confirmed: see kraken.com",
  },
  {
    code: "CREDENTIALS_INVALID",
    prefixes: ["ETrade:Locked", "ESession:Invalid session"],
    message: "says that the account is locked or not confirmed: see kraken.com",
  },
  {
    code: "NONCE_REJECTED",
    prefixes: ["EAPI:Invalid nonce"],
    message:
      "refused the nonce twice: another program uses this API key, or has used it with larger nonces. " +
      "Make an API key that only Fillbook uses",
  },
  {
    code: "RATE_LIMITED",
    prefixes: [
      "EAPI:Rate limit exceeded",
      "EAuth:Rate limit exceeded",
      "EAuth:Too many requests",
      "EGeneral:Too many requests",
    ],
    message: "limits the calls of this API key",
    retryAfterMs: (_error, { recoveryMs }) => recoveryMs,
  },
  {
    code: "RATE_LIMITED",
    prefixes: ["EService:Throttled"],
    message: "throttles the calls of this API key",
    retryAfterMs: (error, { nowMs }) => throttledMs(error, nowMs),
  },
  {
    code: "MAINTENANCE",
    prefixes: ["EService:Market in cancel_only mode", "EService:Market in post_only mode"],
    message: "is in a restricted mode",
    retryAfterMs: () => maintenanceRetryMs,
  },
  {
    code: "BROKER_UNAVAILABLE",
    prefixes: [UNAVAILABLE, "EService:Busy", "EService:Timeout"],
    message: "is not available",
  },
  {
    code: "BROKER_ERROR",
    prefixes: ["EGeneral:Internal error", "EDatabase:Internal error"],
    message: "had an internal error",
  },
  {
    code: "FEATURE_UNAVAILABLE",
    prefixes: ["EAPI:Feature disabled"],
    message: "does not offer this method to the account",
  },
  {
    code: "REQUEST_INVALID",
    prefixes: [
      "EGeneral:Invalid arguments",
      "EGeneral:Unknown method",
      "EAPI:Bad request",
      "EService:Deadline elapsed",
    ],
    message: "does not accept the request",
  },
  {
    code: "REQUEST_INVALID",
    prefixes: ["EQuery:", "EOrder:", "ETrade:Invalid request"],
    message: "does not know what the request names",
  },
];

function failureOf(rule: ErrorRule, error: string, context: FailureContext): KrakenFailure {
  const { endpoint, secrets } = context;
  const needed = rule.code === "PERMISSION_DENIED" ? `: the API key lacks ${permissionFor(endpoint)}` : "";
  const message = `Kraken ${rule.message}${needed} (${endpoint}: ${quoted(error, secrets)})`;
  const retryAfterMs = rule.retryAfterMs?.(error, context) ?? null;
  return { error: new ImportError(rule.code, message, { retryAfterMs }), unavailable: error.startsWith(UNAVAILABLE) };
}

function matches(text: string, prefix: ErrorPattern): boolean {
  return typeof prefix === "string" ? text.startsWith(prefix) : prefix.test(text);
}

/** Kraken's words as a message may carry them: short, printable, without credentials. */
function quoted(error: string, secrets: readonly Secret[]): string {
  return JSON.stringify(redact(error, secrets).slice(0, 200));
}

/** The right that a method needs, as Kraken's settings page calls it (docs.kraken.com, api-keys guide, read 2026-05-26). */
function permissionFor(endpoint: string): string {
  const known: Readonly<Record<string, string>> = {
    TradesHistory: '"Query closed orders & trades" (query-closed-trades)',
    Ledgers: '"Query ledger entries" (query-ledger)',
    AddExport: '"Export data" (export-data)',
    ExportStatus: '"Export data" (export-data)',
    RetrieveExport: '"Export data" (export-data)',
    RemoveExport: '"Export data" (export-data)',
  };
  return (Object.hasOwn(known, endpoint) ? known[endpoint] : undefined) ?? `a right that ${endpoint} needs`;
}

/** `EService:Throttled: <unix seconds>`, bounded because a far moment would stop the import for nothing. */
function throttledMs(error: string, nowMs: number): number {
  const until = /:\s?(\d{9,12})$/.exec(error)?.[1];
  if (until === undefined) return THROTTLE_DEFAULT_MS;
  return Math.min(Math.max(Number(until) * 1000 - nowMs, 1_000), THROTTLE_MAX_MS);
}
