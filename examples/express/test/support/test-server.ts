import { randomBytes } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, type KrakenSimulator, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { AnyConnector } from "@fillbook/core/connector";
import { hurriedClock } from "@fillbook/testkit";
import { pino } from "pino";
import { inject } from "vitest";
import type { Limits } from "../../src/limits.ts";
import { type RunningServer, startServer } from "../../src/server.ts";
import { type Client, client } from "./client.ts";

/** The server on a free port, with a database of its own and a simulated Kraken. */
export interface TestServer extends Pick<RunningServer, "book" | "database"> {
  readonly url: string;
  /** What the router serves: `get /api/trades/:id`. */
  readonly served: readonly string[];
  readonly simulator: KrakenSimulator;
  /** Everything that was answered and logged so far. */
  readonly told: readonly string[];
  /** Moves the broker's clock: the first key ends after an hour. */
  advance(ms: number): void;
  /** A browser with no cookies. */
  visitor(): Client;
  /** A browser whose person has just signed up. */
  signedUp(name: string): Promise<Client>;
  close(): Promise<void>;
}

const startedMs = Date.now();
/** Of the last hour: Kraken's newest are read again by each run, so a change of them is seen. */
export const TRADES = generateTrades({ count: 30, seed: 7, fromMs: startedMs - 3_000_000, toMs: startedMs - 60_000 });
export const PASSWORD = "correct horse battery";

export async function openTestServer(
  limits: Partial<Limits> = {},
  more: readonly AnyConnector[] = [],
): Promise<TestServer> {
  const clock = hurriedClock();
  let aheadMs = 0;
  const validUntilSeconds = Math.floor(Date.now() / 1000) + 3600;
  const simulator = await startKrakenSimulator({
    clock: { now: () => clock.now() + aheadMs },
    keys: [{ validUntilSeconds }, {}],
    trades: TRADES,
  });
  const dataDir = await mkdtemp(join(tmpdir(), "fillbook-express-"));
  await cp(inject("templateDir"), dataDir, { recursive: true });
  const told: string[] = [];
  const secrets = { sessionSecret: randomBytes(32).toString("hex"), vaultKey: randomBytes(32).toString("base64") };
  const server = await startServer(
    { ...secrets, dataDir, databaseUrl: null, port: 0, isHttps: false },
    {
      connectors: [kraken({ baseUrl: simulator.url }), ...more],
      logger: pino({ level: "debug" }, { write: (line) => void told.push(line) }),
      clock,
      limits: { signUps: 100, ...limits },
      // Only what a test asks for runs.
      ticks: "0 0 1 1 *",
    },
  );
  const visitor = () => client(server.url, (text) => told.push(text));
  return {
    ...{ url: server.url, book: server.book, database: server.database, served: servedBy(server.app) },
    ...{ simulator, told, visitor },
    advance: (ms) => {
      aheadMs += ms;
    },
    async signedUp(name) {
      const browser = visitor();
      await browser.get("/api/session");
      await browser.post("/api/users", { name, password: PASSWORD });
      return browser;
    },
    async close() {
      await server.close();
      await simulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of the routes' own layers; Express has no list of them, but the router keeps one. */
function servedBy({ router }: RunningServer["app"]): readonly string[] {
  const layers = router.stack.flatMap(({ route }) => (route === undefined ? [] : [route]));
  return layers
    .filter(({ path }) => path.startsWith("/api/"))
    .flatMap(({ path, stack }) => [...new Set(stack.map(({ method }) => `${method} ${path}`))]);
}
