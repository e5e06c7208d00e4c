import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler } from "express";
import createHttpError from "http-errors";

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** The token of this session, made when it is first asked for. Another site cannot read it. */
export function csrfTokenOf({ session }: Request): string {
  session.csrfToken ??= randomBytes(32).toString("base64url");
  return session.csrfToken;
}

/**
 * Every request that may change something carries its session's token in the header `x-csrf-token`. A page of another site
 * can make a browser send the cookie, but neither knows the token nor may set the header.
 */
export const requireCsrfToken: RequestHandler = (request, _response, next) => {
  if (SAFE_METHODS.has(request.method)) return next();
  const { csrfToken } = request.session;
  const given = request.get("x-csrf-token");
  if (csrfToken !== undefined && given !== undefined && isSame(csrfToken, given)) return next();
  next(createHttpError(403, "the header x-csrf-token is not the token of this session: GET /api/session tells it"));
};

/** Digests have one length, which `timingSafeEqual` needs, and say nothing about the texts. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
