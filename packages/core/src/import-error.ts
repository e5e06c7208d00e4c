import { type ErrorCode, errorRecovery, type Recovery } from "./error-codes.ts";
import { safeText } from "./safe-text.ts";

/** An error as data: what a report, a job and an event carry. */
export interface ErrorReport {
  /** What happened; every code has a heading in the page of errors. */
  readonly code: ErrorCode;
  /** What a host does about it; it follows from the code. */
  readonly recovery: Recovery;
  /** What happened to which thing, and what to do next. Never holds credentials, headers, bodies or query strings. */
  readonly message: string;
  /** How long to wait before the next try; null where time alone does not help or is not known. */
  readonly retryAfterMs: number | null;
  /** The connection it is about; null where it is about none, or none is known yet. */
  readonly connectionId: string | null;
}

/**
 * The one error class of Fillbook. `code` says what happened and fixes `recovery`; compare codes, not messages.
 *
 * `ingest()` throws it only for misuse, before a job is open; a failure of the broker or the store is returned in the
 * report. Connectors throw it inside `pull` and `check`.
 */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly retryAfterMs: number | null;
  readonly connectionId: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    details: {
      readonly cause?: unknown;
      readonly retryAfterMs?: number | null;
      readonly connectionId?: string | null;
    } = {},
  ) {
    super(message, "cause" in details ? { cause: details.cause } : {});
    this.code = code;
    this.recovery = errorRecovery[code];
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.connectionId = details.connectionId ?? null;
  }
}

/** True for an {@link ImportError}, also for one from another copy of this package. */
export function isImportError(error: unknown): error is ImportError {
  return (
    error instanceof Error && error.name === "ImportError" && "code" in error && String(error.code) in errorRecovery
  );
}

/** Any thrown value as an {@link ImportError}: unknown ones become `UNEXPECTED` and keep the cause. */
export function toImportError(error: unknown, fallback: ErrorCode = "UNEXPECTED"): ImportError {
  if (isImportError(error)) return error;
  // The foreign message stays in the cause: it may quote a URL with a token.
  const name = error instanceof Error ? error.name : typeof error;
  return new ImportError(fallback, `${name} was thrown where none is expected; see the cause`, { cause: error });
}

/** {@link errorReport} of a run that read a file: it is gone, so waiting for another try would be in vain. */
export function fileErrorReport(error: ImportError, connectionId: string | null): ErrorReport {
  const report = errorReport(error, connectionId);
  if (report.recovery !== "retry" && report.recovery !== "wait") return report;
  return { ...report, recovery: "upload-again", retryAfterMs: null };
}

/** The error as plain data; its message is cut and cleaned, since a store keeps it with the job. */
export function errorReport(error: ImportError, connectionId: string | null): ErrorReport {
  const { code, recovery, message, retryAfterMs } = error;
  return { code, recovery, message: safeText(message), retryAfterMs, connectionId: error.connectionId ?? connectionId };
}
