import { type IbkrGateway, type IbkrWebPolicy, ibkrFlex, ibkrWeb, type WebCredentials } from "@fillbook/connector-ibkr";
import { type IbkrSimulatorOptions, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { createFillbook, type IngestOptions, ingest, type Json } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aConnection, ranReport } from "../../../testkit/src/suite/play.ts";
import { bookReads } from "./book-reads.ts";
import { type TestClock, testClock } from "./ibkr-flex-world.ts";
import { recordingLogger } from "./recording-logger.ts";

export interface WebWorldOptions {
  readonly simulator?: IbkrSimulatorOptions;
  readonly policy?: IbkrWebPolicy;
  readonly settings?: { readonly [name: string]: Json };
  readonly clock?: TestClock;
  readonly access?: "gateway" | "oauth";
  /** More of the gateway's entry in the policy. */
  readonly gateway?: Partial<IbkrGateway>;
}

export type WebWorld = Awaited<ReturnType<typeof aWebWorld>>;

const TRADES = "/iserver/account/trades";

/** The simulated broker with its Client Portal face, the connector, the engine and a store, as a host puts them together. */
export async function aWebWorld(options: WebWorldOptions = {}) {
  const { clock = testClock(), access = "gateway" } = options;
  const simulator = await startIbkrSimulator({ clock, portal: {}, ...options.simulator });
  const { portal } = simulator;
  const store = memoryStore({ clock });
  const policy: IbkrWebPolicy = {
    gateways: [{ url: portal.url, ca: portal.certificate, ...options.gateway }],
    ...{ oauthUrls: [portal.oauthUrl], oauthTls: { ca: portal.certificate } },
    random: () => 0.5,
    ...options.policy,
  };
  const connect = (accountRef = simulator.account.accountId, settings: Record<string, Json> = {}) =>
    aConnection(store, {
      ...{ connector: "ibkr-web", broker: "ibkr", accountRef },
      settings: { ...options.settings, ...settings },
    });
  const connectFlex = () =>
    aConnection(store, {
      ...{ connector: "ibkr-flex", broker: "ibkr", accountRef: simulator.account.accountId },
      settings: { queryId: simulator.query("AF").id },
    });
  const connectionId = await connect();
  const logged: unknown[] = [];
  const given: WebCredentials = access === "gateway" ? { kind: "gateway" } : { kind: "oauth", ...portal.consumer };
  // A host's workers are processes: each has a connector of its own.
  const connectors = () => [ibkrWeb(policy), ibkrFlex({ baseUrl: simulator.url, random: () => 0.5 })] as const;
  const credentials = async ({ connector }: { readonly connector: string }) =>
    connector === "ibkr-flex" ? { token: simulator.token.token } : given;
  const book = createFillbook({ store, connectors: connectors(), credentials, clock });
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const parts = { store, connectors: connectors(), clock, logger: recordingLogger(logged), credentials } as const;
    return ranReport(await ingest({ ...parts, connectionId, mode: "scheduled", ...extra }));
  };
  return {
    ...{ clock, simulator, portal, store, connectionId, connect, connectFlex, run, logged, policy, credentials: given },
    ...{ book, reconnect: (id = connectionId) => book.forUser("owner").reconnect(id) },
    ...bookReads(store),
    connection: async (id = connectionId) => store.connection("owner", id),
    /** Paths asked for, in order. */
    paths: () => portal.requests.map(({ path }) => path),
    calls: (path = TRADES) => portal.requests.filter((request) => request.path === path),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
