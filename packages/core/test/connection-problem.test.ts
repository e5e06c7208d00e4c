import { expect, test } from "vitest";
import { type ConnectionProblem, connectionProblem } from "../src/connection-problem.ts";
import { type ErrorCode, errorRecovery } from "../src/error-codes.ts";

const problemKey = "connection:C1";

function made(code: ErrorCode | null, breaker: "closed" | "open"): ConnectionProblem {
  const error =
    code === null
      ? null
      : { code, recovery: errorRecovery[code], message: `it was ${code}`, retryAfterMs: 5, connectionId: "C1" };
  const after = { status: "active", health: "ok", breaker, consecutiveFailures: 0 } as const;
  const rest = { pausedUntil: null, nextSyncAt: null };
  return connectionProblem(error, { connectionId: "C1", after: { ...after, ...rest } });
}

/** What each error is to a person while its breaker is closed, and when it is open. */
const kinds: Readonly<Record<ErrorCode, readonly [string | null, string | null]>> = {
  ABORTED: [null, null],
  ACCOUNT_CONNECTED: ["connection_error", "connection_error"],
  ACCOUNT_MISMATCH: ["connection_error", "connection_error"],
  BROKER_ERROR: [null, "broker_failing"],
  BROKER_UNAVAILABLE: [null, "broker_failing"],
  CONNECTION_DISCONNECTED: ["connection_error", "connection_error"],
  CONNECTION_NOT_FOUND: ["connection_error", "connection_error"],
  CONNECTOR_UNKNOWN: ["connection_error", "connection_error"],
  CREDENTIALS_INVALID: ["needs_reauth", "needs_reauth"],
  CREDENTIALS_MALFORMED: ["needs_reauth", "needs_reauth"],
  CREDENTIALS_UNAVAILABLE: [null, null],
  CURSOR_INVALID: [null, "broker_failing"],
  FEATURE_UNAVAILABLE: ["connection_error", "connection_error"],
  JOB_NOT_FOUND: ["connection_error", "connection_error"],
  LEASE_LOST: [null, null],
  LOCKED_OUT: ["pacing", "pacing"],
  MAINTENANCE: ["maintenance", "maintenance"],
  NETWORK: [null, "broker_failing"],
  NONCE_REJECTED: ["connection_error", "connection_error"],
  OPTION_INVALID: ["connection_error", "connection_error"],
  PAGING_UNSTABLE: [null, "broker_failing"],
  PERMISSION_DENIED: ["needs_reauth", "needs_reauth"],
  PROTOCOL: [null, "broker_failing"],
  RATE_LIMITED: [null, null],
  REQUEST_INVALID: [null, "broker_failing"],
  RESPONSE_TOO_LARGE: [null, "broker_failing"],
  SCHEMA_DRIFT: [null, null],
  STORE_FAILED: [null, null],
  STORE_NOT_MIGRATED: [null, null],
  TIMEOUT: [null, "broker_failing"],
  TRADE_CHANGED: [null, "broker_failing"],
  TRADE_NOT_FOUND: ["connection_error", "connection_error"],
  UNEXPECTED: [null, "broker_failing"],
};

test.each(Object.entries(kinds))(
  "connectionProblem: %s is %j with the breaker closed and open",
  (code, [closed, open]) => {
    // The table's type has every code.
    const known = code as ErrorCode;
    expect([made(known, "closed").opens?.kind ?? null, made(known, "open").opens?.kind ?? null]).toEqual([
      closed,
      open,
    ]);
  },
);

test("connectionProblem: a run that went well is the end of any", () => {
  expect(made(null, "closed")).toEqual({ resolves: problemKey });
});

test("connectionProblem: it tells the message, the code and the wait", () => {
  expect(made("MAINTENANCE", "closed")).toEqual({
    opens: {
      ...{ problemKey, kind: "maintenance", severity: "info", message: "it was MAINTENANCE" },
      details: { code: "MAINTENANCE", retryAfterMs: 5 },
    },
  });
});
