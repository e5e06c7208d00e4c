/** What a host does about an error: the code fixes it, but for a file, which no later run reads again. */
export type Recovery = CodeRecovery | "upload-again";

type CodeRecovery = "retry" | "wait" | "reauthenticate" | "fix-config" | "report-bug";

/** Every error code with its recovery. Each has a heading in docs/errors.md. */
export const errorRecovery = {
  ABORTED: "retry",
  ACCOUNT_CONNECTED: "fix-config",
  ACCOUNT_MISMATCH: "fix-config",
  BROKER_ERROR: "retry",
  BROKER_UNAVAILABLE: "retry",
  CONNECTION_DISCONNECTED: "fix-config",
  CONNECTION_NOT_FOUND: "fix-config",
  CONNECTOR_UNKNOWN: "fix-config",
  CREDENTIALS_INVALID: "reauthenticate",
  CREDENTIALS_MALFORMED: "reauthenticate",
  CREDENTIALS_UNAVAILABLE: "wait",
  CURSOR_INVALID: "report-bug",
  FEATURE_UNAVAILABLE: "fix-config",
  JOB_NOT_FOUND: "fix-config",
  LEASE_LOST: "retry",
  LOCKED_OUT: "wait",
  MAINTENANCE: "wait",
  NETWORK: "retry",
  NONCE_REJECTED: "fix-config",
  OPTION_INVALID: "fix-config",
  PAGING_UNSTABLE: "retry",
  PERMISSION_DENIED: "reauthenticate",
  PROTOCOL: "retry",
  RATE_LIMITED: "wait",
  REQUEST_INVALID: "report-bug",
  RESPONSE_TOO_LARGE: "report-bug",
  SCHEMA_DRIFT: "report-bug",
  STORE_FAILED: "retry",
  STORE_NOT_MIGRATED: "fix-config",
  TIMEOUT: "retry",
  TRADE_CHANGED: "retry",
  TRADE_NOT_FOUND: "fix-config",
  UNEXPECTED: "report-bug",
} as const satisfies Record<string, CodeRecovery>;

export type ErrorCode = keyof typeof errorRecovery;
