import type { Logger } from "@fillbook/core";
import type { RequestHandler } from "express";

/** One line a request. Neither query nor headers nor body: they may hold what nobody should read in a log. */
export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedMs = performance.now();
    const { method } = request;
    const [path] = request.originalUrl.split("?");
    response.once("finish", () => {
      const durationMs = Math.round(performance.now() - startedMs);
      logger.info({ method, path, status: response.statusCode, durationMs }, "request");
    });
    next();
  };
}
