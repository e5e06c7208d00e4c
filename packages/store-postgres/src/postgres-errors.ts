import { ImportError, isImportError, toImportError } from "@fillbook/core";

/** The SQLSTATE of an error that the database itself raised; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) && "severity" in error ? error.code : null;
}

/**
 * True when nothing more can be said over this connection: it broke, the server ended it, or an answer is overdue.
 * Whether a COMMIT that failed so took effect is unknown.
 */
export function isLostConnection(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return state.startsWith("08") || state.startsWith("57P") || state === "25P03";
  return !isImportError(error) && error instanceof Error && (isNetworkError(error) || isDriverError(error));
}

/** True when the same transaction may well succeed when it is run again from its start. */
export function isTransient(error: unknown): boolean {
  return isLostConnection(error) || transientStates.has(sqlStateOf(error) ?? "");
}

/** True when a value was refused: the same record would be refused again. */
export function isDataError(error: unknown): boolean {
  const state = sqlStateOf(error) ?? "";
  return state.startsWith("22") || state === "23514" || state === "23502" || state === "54000" || state === "54001";
}

/**
 * What a host's `onCommit` did wrong. Its connection is thrown away: the host may still use it, or may have ended its
 * transaction.
 */
export class HostFault extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
  }
}

/** The host's fault that a commit failed with; null where it failed otherwise. */
export function hostFaultOf(error: unknown): HostFault | null {
  return isImportError(error) && error.cause instanceof HostFault ? error.cause : null;
}

/** Any error as the one that a store throws: what happened, and the cause beside it. */
export function asStoreError(error: unknown): ImportError {
  if (isImportError(error)) return error;
  // It quotes whole rows, and causes reach logs.
  if (error instanceof Error && "detail" in error) error.detail = undefined;
  const state = sqlStateOf(error);
  if (state !== null && missingStates.has(state)) {
    const message = `the store's tables are not there, or not those of this release: call migrate() of the store once`;
    return new ImportError("STORE_NOT_MIGRATED", `${message} (SQLSTATE ${state})`, { cause: error });
  }
  // Neither the database's nor the network's: a bug, ours or a driver's.
  if (state === null && !isLostConnection(error)) return toImportError(error);
  const hint = state === null ? "the database could not be reached" : (hints[state] ?? "the database refused");
  // The database's own text may quote stored values: it stays in the cause.
  return new ImportError("STORE_FAILED", state === null ? hint : `${hint} (SQLSTATE ${state})`, { cause: error });
}

// Serialization failure, deadlock, lock timeout; and a unique violation, which a writer beside us caused.
const transientStates = new Set(["40001", "40P01", "55P03", "23505"]);

// Undefined table, column or schema.
const missingStates = new Set(["42P01", "42703", "3F000"]);

const hints: Readonly<Record<string, string>> = {
  "25006": "the database is read-only: it may have failed over",
  "40001": "transactions kept colliding",
  "40P01": "transactions kept deadlocking",
  "53100": "the database's disk is full",
  "53300": "the database has no connection left",
  "55P03": "a lock was not free in time",
  "57014": "a statement took too long",
};

function isNetworkError(error: Error): boolean {
  return "code" in error && typeof error.code === "string" && /^(E[A-Z]+|EAI_AGAIN|ERR_SOCKET.*)$/.test(error.code);
}

// The driver has no codes for these.
function isDriverError(error: Error): boolean {
  return /^(Connection terminated|Query read timeout|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed)/.test(
    error.message,
  );
}
