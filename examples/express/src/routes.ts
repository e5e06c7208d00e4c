import type { Fillbook } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { Database } from "./database.ts";
import type { EventHub } from "./event-hub.ts";
import type { Limits } from "./limits.ts";
import type { Route } from "./route.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { eventRoutes } from "./routes/events.ts";
import { fileRoutes } from "./routes/files.ts";
import { inboxRoutes } from "./routes/inbox.ts";
import { jobRoutes } from "./routes/jobs.ts";
import { openApiRoutes } from "./routes/open-api.ts";
import { planRoutes } from "./routes/plans.ts";
import { problemRoutes } from "./routes/problems.ts";
import { sessionRoutes } from "./routes/session.ts";
import { statisticsRoutes } from "./routes/statistics.ts";
import { syncRoutes } from "./routes/sync.ts";
import { tradeRoutes } from "./routes/trades.ts";
import { userRoutes } from "./routes/users.ts";

export interface RouteParts {
  readonly book: Fillbook;
  readonly connectors: readonly AnyConnector[];
  readonly database: Database;
  readonly events: EventHub;
  readonly limits: Limits;
}

/** Every route of the API. */
export function apiRoutes({ book, connectors, database, events, limits }: RouteParts): readonly Route[] {
  const routes = [
    ...userRoutes({ database, limits }),
    ...sessionRoutes({ database, limits }),
    ...connectionRoutes(connectors),
    ...syncRoutes(book),
    ...fileRoutes(limits),
    ...jobRoutes,
    ...problemRoutes,
    ...tradeRoutes(database),
    ...inboxRoutes(database),
    ...statisticsRoutes,
    ...planRoutes(database),
    ...eventRoutes(events),
  ];
  return [...routes, ...openApiRoutes(routes)];
}
