import { randomUUID } from "node:crypto";
import { isImportError, type Logger } from "@fillbook/core";
import type { ErrorRequestHandler, RequestHandler } from "express";
import createHttpError from "http-errors";
import { problemDocument } from "./problem-document.ts";

/** Answers every error as a problem document, and logs those that are not the client's. */
export function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    // Half an answer is out: all that is left is to end the connection, which express does.
    if (response.headersSent) return next(error);
    const problem = problemDocument(error, `urn:uuid:${randomUUID()}`);
    if (problem.status >= 500) logger.error({ instance: problem.instance, ...loggable(error) }, "request failed");
    const { retryAfterMs } = problem;
    if (retryAfterMs !== undefined) response.set("retry-after", String(Math.ceil(retryAfterMs / 1000)));
    response.status(problem.status).type("application/problem+json").json(problem);
  };
}

/** The last route. */
export const unknownRoute: RequestHandler = (_request, _response, next) => {
  next(createHttpError(404, "there is no such route"));
};

/** Not the error itself: a driver hangs a statement's values on it, and a cause may quote a URL with a token. */
function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { thrown: typeof error };
  const { cause } = error;
  const causeCode = cause instanceof Error && "code" in cause ? { causeCode: cause.code } : {};
  const known = isImportError(error) ? { code: error.code, connectionId: error.connectionId } : {};
  return { ...known, stack: error.stack, ...(cause instanceof Error ? { cause: cause.name } : {}), ...causeCode };
}
