import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fillbook } from "@fillbook/core";
import type { Express } from "express";
import { createApp } from "./app.ts";
import { type BookParts, openBook } from "./book.ts";
import { type Database, openDatabase } from "./database.ts";
import { eventHub } from "./event-hub.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { startSchedule } from "./schedule.ts";
import { SessionStore } from "./session-store.ts";
import type { Settings } from "./settings.ts";
import { createTables } from "./tables.ts";

export interface RunningServer {
  readonly url: string;
  readonly app: Express;
  readonly book: Fillbook;
  readonly database: Database;
  /** Answers what is being asked, ends runs, closes the book and the database. */
  close(): Promise<void>;
}

/** How long requests may go on after the server was told to close. */
const CLOSE_MS_MAX = 5_000;

/** Opens everything in its order: database, tables, book, schedule, port. */
export async function startServer(
  settings: Omit<Settings, "gateways">,
  parts: Omit<BookParts, "vaultKey"> & { readonly limits?: Partial<Limits>; readonly ticks?: string },
): Promise<RunningServer> {
  const { vaultKey, sessionSecret, isHttps, port } = settings;
  const { limits, ticks, ...bookParts } = parts;
  const { connectors, logger } = bookParts;
  const events = eventHub();
  const database = await openDatabase(settings);
  await createTables(database);
  const book = await openBook(database, { ...bookParts, vaultKey, onEvent: events.publish });
  const sessionStore = new SessionStore(database);
  const app = createApp({
    ...{ book, connectors, database, events, sessionStore, sessionSecret, isHttps, logger },
    limits: { ...defaultLimits, ...limits },
  });
  // Only this machine is answered: a proxy in front brings the others, over https.
  const server = createServer(app).listen({ host: "127.0.0.1", port });
  await once(server, "listening");
  const schedule = startSchedule({
    book,
    alsoDo: () => sessionStore.deleteExpired(),
    logger,
    ...(ticks === undefined ? {} : { pattern: ticks }),
  });
  return {
    url: urlOf(server),
    app,
    book,
    database,
    async close() {
      schedule.stop();
      const closed = closeServer(server);
      events.close();
      // Ends the runs, and so the requests that wait for them.
      await book.close();
      await closed;
      await database.close();
    },
  };
}

function urlOf(server: Server): string {
  // A server that listens on a port has an address of this form.
  const { address, port } = server.address() as AddressInfo;
  return `http://${address}:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
  await closed;
  clearTimeout(timer);
}
