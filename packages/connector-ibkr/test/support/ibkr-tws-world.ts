import { setTimeout as realWait } from "node:timers/promises";
import { type IbkrTwsPolicy, ibkrFlex, ibkrTws, ibkrWeb } from "@fillbook/connector-ibkr";
import {
  type IbkrSimulatorOptions,
  type SimulatedTws,
  startIbkrSimulator,
  type TwsOptions,
} from "@fillbook/connector-ibkr/simulator";
import { createFillbook, type IngestOptions, ingest, type Json } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aConnection, ranReport } from "../../../testkit/src/suite/play.ts";
import { bookReads } from "./book-reads.ts";
import { type TestClock, testClock } from "./ibkr-flex-world.ts";
import { recordingLogger } from "./recording-logger.ts";

export interface TwsWorldOptions {
  readonly simulator?: IbkrSimulatorOptions;
  readonly tws?: TwsOptions;
  readonly policy?: IbkrTwsPolicy;
  readonly settings?: { readonly [name: string]: Json };
  readonly clock?: TestClock;
}

export type TwsWorld = Awaited<ReturnType<typeof aTwsWorld>>;

/** 2026-03-02T18:00:00Z, a Monday; one in the afternoon in New York. */
export const twsStartMs = Date.UTC(2026, 2, 2, 18);

/** Limits in real time, short enough to be waited for in a test. */
export const quick = { connectMs: 5_000, answerMs: 5_000, commissionMs: 0 } as const;

/** The simulated broker with its TWS face, the connector, the engine and a store, as a host puts them together. */
export async function aTwsWorld(options: TwsWorldOptions = {}) {
  const { clock = testClock(twsStartMs) } = options;
  const simulator = await startIbkrSimulator({ clock, tws: options.tws ?? {}, ...options.simulator });
  const { tws } = simulator;
  const store = memoryStore({ clock });
  const policy = policyFor(tws, options.policy);
  const connect = (accountRef = simulator.account.accountId, settings: Record<string, Json> = {}) =>
    aConnection(store, {
      ...{ connector: "ibkr-tws", broker: "ibkr", accountRef },
      settings: { port: tws.port, ...options.settings, ...settings },
    });
  const connectionId = await connect();
  const logged: unknown[] = [];
  // A host's workers are processes: each has a connector of its own.
  const connectors = () => {
    const gateways = options.simulator?.portal === undefined ? [] : [gatewayOf(simulator.portal)];
    const flex = ibkrFlex({ baseUrl: simulator.url, random: () => 0.5 });
    const { pageRecords = 500 } = policy;
    return [ibkrTws(policy), ibkrWeb({ gateways, pageRecords, random: () => 0.5 }), flex] as const;
  };
  const credentials = async ({ connector }: { readonly connector: string }) =>
    ({ "ibkr-flex": { token: simulator.token.token }, "ibkr-web": { kind: "gateway" } })[connector] ?? {};
  const book = createFillbook({ store, connectors: connectors(), credentials, clock });
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const parts = { store, connectors: connectors(), clock, logger: recordingLogger(logged), credentials } as const;
    return ranReport(await ingest({ ...parts, connectionId, mode: "scheduled", ...extra }));
  };
  return {
    ...{ clock, simulator, tws, store, connectionId, connect, run, logged, policy, book },
    connectOther: (connector: "ibkr-web" | "ibkr-flex") => {
      const settings = connector === "ibkr-flex" ? { queryId: simulator.query("AF").id } : {};
      return aConnection(store, { connector, broker: "ibkr", accountRef: simulator.account.accountId, settings });
    },
    ...bookReads(store),
    connection: async (id = connectionId) => store.connection("owner", id),
    asked: () => tws.requests.filter(({ name }) => name === "reqExecutions"),
    /** Waits until the simulator has seen that its clients went away. */
    async closed() {
      for (let tries = 0; tws.connections > 0; tries += 1) {
        if (tries > 500) throw new Error(`${tws.connections} connections are still open`);
        await realWait(1);
      }
    },
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

function policyFor({ host, port }: SimulatedTws, { timeouts, ...rest }: IbkrTwsPolicy = {}): IbkrTwsPolicy {
  return { gateways: [{ host, port }], random: () => 0.5, timeouts: { ...quick, ...timeouts }, ...rest };
}

function gatewayOf({ url, certificate }: { readonly url: string; readonly certificate: string }) {
  return { url, ca: certificate };
}
