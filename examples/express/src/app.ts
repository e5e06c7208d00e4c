import type { Fillbook, Logger } from "@fillbook/core";
import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import { answerError, unknownRoute } from "./answer-error.ts";
import { requireCsrfToken } from "./csrf.ts";
import type { Database } from "./database.ts";
import { type Limits, requestLimit } from "./limits.ts";
import { logRequests } from "./log-requests.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { executionRoutes } from "./routes/executions.ts";
import { inboxRoutes } from "./routes/inbox.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { problemRoutes } from "./routes/problems.ts";
import { sessionRoutes } from "./routes/session.ts";
import { stepRoutes } from "./routes/steps.ts";
import { syncRoutes } from "./routes/sync.ts";
import { tradeRoutes } from "./routes/trades.ts";
import { userRoutes } from "./routes/users.ts";
import type { SessionStore } from "./session-store.ts";
import { sessions } from "./sessions.ts";

export interface AppParts {
  readonly book: Fillbook;
  readonly database: Database;
  readonly sessionStore: SessionStore;
  readonly sessionSecret: string;
  readonly isHttps: boolean;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** The whole app, without a port: what stands before every route, the routes, and what stands behind them. */
export function createApp(parts: AppParts): Express {
  const { book, database, sessionStore, sessionSecret, isHttps, limits, logger } = parts;
  const app = express();
  app.disable("x-powered-by").disable("etag");
  // One proxy is believed about the client's address and protocol; none when there is none.
  app.set("trust proxy", isHttps ? 1 : false);
  app.use(logRequests(logger), helmet(), neverCached, requestLimit(limits));
  // The body is read last: who has no session's token makes nobody parse anything.
  app.use(sessions({ store: sessionStore, secret: sessionSecret, isHttps }), requireCsrfToken);
  app.use(express.json({ limit: limits.bodyBytes }));
  app.use("/api/users", userRoutes({ database, limits }));
  app.use("/api/session", sessionRoutes({ database, limits }));
  app.use("/api/connections", connectionRoutes(book));
  app.use("/api/sync", syncRoutes(book));
  app.use("/api/jobs", jobRoutes(book));
  app.use("/api/steps", stepRoutes(book));
  app.use("/api/problems", problemRoutes(book));
  app.use("/api/trades", tradeRoutes(book));
  app.use("/api/executions", executionRoutes(book));
  app.use("/api/inbox", inboxRoutes(book));
  return app.use(unknownRoute, answerError(logger));
}

/** A person's trades are no matter of a shared cache, nor of the next one at this browser. */
const neverCached: RequestHandler = (_request, response, next) => {
  response.set("cache-control", "no-store");
  next();
};
