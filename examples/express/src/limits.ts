import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import createHttpError from "http-errors";

/** How much one address may ask for. */
export interface Limits {
  readonly requestsAMinute: number;
  /** Failed logins in a quarter of an hour. */
  readonly loginFailures: number;
  /** Sign-ups in an hour. */
  readonly signUps: number;
  readonly bodyBytes: number;
  /** Of an uploaded file. It is read as it comes, so this bounds work and not memory. */
  readonly fileBytes: number;
}

export const defaultLimits: Limits = {
  requestsAMinute: 300,
  loginFailures: 10,
  signUps: 10,
  bodyBytes: 65_536,
  fileBytes: 268_435_456,
};

const MINUTE_MS = 60_000;

/**
 * Counts in memory, which is right for one process. Several processes need a `store` that they share, or each lets as much
 * through.
 */
export function requestLimit(limits: Limits): RequestHandler {
  return limiter({ limit: limits.requestsAMinute, windowMs: MINUTE_MS });
}

/** Guessing passwords ends here; who logs in uses nothing up. */
export function loginLimit(limits: Limits): RequestHandler {
  return limiter({ limit: limits.loginFailures, windowMs: 15 * MINUTE_MS, skipSuccessfulRequests: true });
}

export function signUpLimit(limits: Limits): RequestHandler {
  return limiter({ limit: limits.signUps, windowMs: 60 * MINUTE_MS });
}

function limiter(options: { limit: number; windowMs: number; skipSuccessfulRequests?: boolean }): RequestHandler {
  return rateLimit({
    ...options,
    // It sends `RateLimit` and, once the limit is reached, `Retry-After`.
    standardHeaders: "draft-8",
    legacyHeaders: false,
    handler: (_request, _response, next) => next(createHttpError(429, "too many requests from this address")),
  });
}
