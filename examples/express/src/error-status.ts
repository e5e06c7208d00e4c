import type { ErrorCode } from "@fillbook/core";

/**
 * The HTTP status of each of Fillbook's error codes; a new code does not compile until it stands here. No 401 and no 403
 * among them: those speak of the person's login here, not of a broker's key. No 429 either: it is the broker who limits.
 */
export const errorStatus: Readonly<Record<ErrorCode, number>> = {
  ABORTED: 503,
  ACCOUNT_CONNECTED: 409,
  ACCOUNT_MISMATCH: 422,
  BROKER_ERROR: 502,
  BROKER_UNAVAILABLE: 503,
  CONNECTION_DISCONNECTED: 409,
  CONNECTION_NOT_FOUND: 404,
  CONNECTOR_UNKNOWN: 422,
  CREDENTIALS_INVALID: 422,
  CREDENTIALS_MALFORMED: 422,
  CREDENTIALS_UNAVAILABLE: 503,
  CURSOR_INVALID: 500,
  FEATURE_UNAVAILABLE: 422,
  JOB_NOT_FOUND: 404,
  LEASE_LOST: 409,
  LOCKED_OUT: 503,
  MAINTENANCE: 503,
  NETWORK: 502,
  NONCE_REJECTED: 422,
  OPTION_INVALID: 400,
  PAGING_UNSTABLE: 502,
  PERMISSION_DENIED: 422,
  PROTOCOL: 502,
  RATE_LIMITED: 503,
  REQUEST_INVALID: 502,
  RESPONSE_TOO_LARGE: 502,
  SCHEMA_DRIFT: 502,
  STORE_FAILED: 503,
  STORE_NOT_MIGRATED: 500,
  TIMEOUT: 504,
  TRADE_CHANGED: 409,
  TRADE_NOT_FOUND: 404,
  UNEXPECTED: 500,
};
