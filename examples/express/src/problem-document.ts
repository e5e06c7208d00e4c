import { STATUS_CODES } from "node:http";
import { type ErrorCode, type ImportError, isImportError, type Recovery } from "@fillbook/core";
import createHttpError from "http-errors";
import { errorStatus } from "./error-status.ts";

/** An error as RFC 9457 wants it told, with what Fillbook knows about it. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Names this very failure; the log names it too. */
  readonly instance: string;
  readonly code?: ErrorCode;
  readonly recovery?: Recovery;
  readonly retryAfterMs?: number;
  readonly connectionId?: string;
  /** What is wrong with which field of the query or the body. */
  readonly errors?: readonly FieldError[];
}

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Any thrown value as a problem document. What is not known to be safe to tell is not told. */
export function problemDocument(error: unknown, instance: string): ProblemDocument {
  if (isImportError(error)) return importProblem(error, instance);
  if (createHttpError.isHttpError(error) && error.status < 500) return requestProblem(error, instance);
  // Express could not decode the path.
  if (error instanceof URIError) return { ...generic(400), detail: "the path is not valid", instance };
  return { ...generic(500), instance };
}

function importProblem(error: ImportError, instance: string): ProblemDocument {
  const { code, recovery, message, retryAfterMs, connectionId } = error;
  const status = errorStatus[code];
  return {
    ...generic(status),
    type: `urn:fillbook:error:${code}`,
    // A defect's words are for the log.
    ...(status === 500 ? {} : { detail: message }),
    instance,
    code,
    recovery,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    ...(connectionId === null ? {} : { connectionId }),
  };
}

/** What the body parser says of a body. Its own messages quote the body, and a body may hold a key. */
const bodyFaults: Readonly<Record<string, string>> = {
  "entity.parse.failed": "the body is not JSON",
  "entity.too.large": "the body is too large",
  "encoding.unsupported": "the body's content-encoding is not known",
  "charset.unsupported": "the body's charset is not known",
};

function requestProblem(error: createHttpError.HttpError, instance: string): ProblemDocument {
  const { status, message } = error;
  const detail = typeof error.type === "string" ? bodyFaults[error.type] : message;
  const errors: readonly FieldError[] | undefined = error.fieldErrors;
  return {
    ...generic(status),
    ...(detail === undefined ? {} : { detail }),
    instance,
    ...(errors === undefined ? {} : { errors }),
  };
}

function generic(status: number): { type: string; title: string; status: number } {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status };
}
