import { promisify } from "node:util";
import type { Request, RequestHandler } from "express";
import session from "express-session";
import createHttpError from "http-errors";
import type { SessionStore } from "./session-store.ts";

const SESSION_MS = 7 * 86_400_000;

/** The session of each request. Nothing is stored and no cookie is sent before something is kept in it. */
export function sessions(options: {
  readonly store: SessionStore;
  readonly secret: string;
  readonly isHttps: boolean;
}): RequestHandler {
  const { store, secret, isHttps } = options;
  return session({
    store,
    secret,
    // With this prefix browsers take the cookie from this very host only, and over https only.
    name: isHttps ? "__Host-fillbook" : "fillbook",
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: "lax", secure: isHttps, path: "/", maxAge: SESSION_MS },
  });
}

/** Logs in under a new session id, so that an id that somebody planted before is worth nothing. */
export async function logIn(request: Request, userId: string): Promise<void> {
  await promisify(request.session.regenerate.bind(request.session))();
  request.session.userId = userId;
}

export async function logOut(request: Request): Promise<void> {
  await promisify(request.session.destroy.bind(request.session))();
}

/** Who is logged in; 401 when nobody is. */
export function userIdOf(request: Request): string {
  const { userId } = request.session;
  if (userId === undefined) throw createHttpError(401, "log in first");
  return userId;
}
