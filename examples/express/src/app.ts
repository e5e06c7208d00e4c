import type { Logger } from "@fillbook/core";
import express, { type Express, type RequestHandler } from "express";
import { answerError, unknownRoute } from "./answer-error.ts";
import { requireCsrfToken } from "./csrf.ts";
import { requestLimit } from "./limits.ts";
import { logRequests } from "./log-requests.ts";
import { servePages } from "./pages.ts";
import { serveRoutes } from "./route.ts";
import { apiRoutes, type RouteParts } from "./routes.ts";
import { securityHeaders } from "./security-headers.ts";
import type { SessionStore } from "./session-store.ts";
import { sessions } from "./sessions.ts";

export interface AppParts extends RouteParts {
  readonly sessionStore: SessionStore;
  readonly sessionSecret: string;
  readonly isHttps: boolean;
  readonly logger: Logger;
}

/** The whole app, without a port: what stands before every route, the routes, and what stands behind them. */
export function createApp(parts: AppParts): Express {
  const { book, sessionStore, sessionSecret, isHttps, limits, logger } = parts;
  const app = express();
  app.disable("x-powered-by").disable("etag");
  // One proxy is believed about the client's address and protocol; none when there is none.
  app.set("trust proxy", isHttps ? 1 : false);
  app.use(logRequests(logger), securityHeaders({ isHttps }), requestLimit(limits));
  app.use("/api", neverCached);
  // The body is read last: who has no session's token makes nobody parse anything.
  app.use("/api", sessions({ store: sessionStore, secret: sessionSecret, isHttps }), requireCsrfToken);
  app.use("/api", express.json({ limit: limits.bodyBytes }));
  serveRoutes(app, apiRoutes(parts), book);
  app.use("/api", unknownRoute);
  servePages(app, logger);
  return app.use(unknownRoute, answerError(logger));
}

/** A person's trades are no matter of a shared cache, nor of the next one at this browser. */
const neverCached: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};
