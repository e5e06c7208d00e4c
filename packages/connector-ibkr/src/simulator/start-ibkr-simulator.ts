import { createServer, type Server } from "node:http";
import { expectedResult } from "./expected-result.ts";
import { flexToken } from "./flex-token.ts";
import { handleRequest, SERVICE_PATH } from "./handle-request.ts";
import type { IbkrSimulator, IbkrSimulatorOptions, SimulatedRequest } from "./ibkr-simulator.ts";
import type { SimulatedTws } from "./simulated-tws.ts";
import { createSimulatorState, type SimulatorState, type TokenHolder, tokenHolder } from "./simulator-state.ts";
import { type RunningPortal, startPortal } from "./start-portal.ts";
import { startTws } from "./start-tws.ts";

/**
 * Starts a simulator of Interactive Brokers on free ports of 127.0.0.1: one book of fills, served by the Flex Web
 * Service as activity statements and trade confirmations, and with the options `portal` and `tws` by the Client Portal Web API
 * and by the socket of TWS.
 *
 * @example
 * await using simulator = await startIbkrSimulator({ clock, entries: stockRebookDay() });
 * const { url, token } = simulator; // GET `${url}/SendRequest?t=${token.token}&q=${simulator.query("AF").id}&v=3`
 */
export async function startIbkrSimulator(options: IbkrSimulatorOptions = {}): Promise<IbkrSimulator> {
  const state = createSimulatorState(options);
  const places = { mirror: "", hostile: "" };
  const servers = (["main", "mirror", "hostile"] as const).map((server) => createPlace(state, server, places));
  const [main, mirror, hostile] = [await listen(servers[0]), await listen(servers[1]), await listen(servers[2])];
  Object.assign(places, { mirror, hostile });
  const running = options.portal === undefined ? null : await startPortal(state, options.portal);
  const tws = options.tws === undefined ? null : await startTws(state, options.tws);
  const close = async () => {
    await tws?.close();
    await closeServers(state, [...servers, ...(running?.servers ?? [])]);
  };
  return {
    ...facts(state),
    ...changes(state),
    url: main,
    mirrorUrl: mirror,
    hostileUrl: hostile,
    get portal() {
      return portalOf(running);
    },
    get tws() {
      return twsOf(tws);
    },
    get token() {
      return firstHolder(state).token;
    },
    get tokens() {
      return state.holders.filter(({ replaced }) => !replaced).map(({ token }) => token);
    },
    inject: state.faults.inject,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function portalOf(running: RunningPortal | null): IbkrSimulator["portal"] {
  if (running === null) throw new Error("the simulator was started without the option portal");
  return running.portal;
}

function twsOf(tws: SimulatedTws | null): SimulatedTws {
  if (tws === null) throw new Error("the simulator was started without the option tws");
  return tws;
}

type Facts = "account" | "accounts" | "queries" | "query" | "requests" | "refusals" | "book";

function facts(state: SimulatorState): Pick<IbkrSimulator, Facts> {
  return {
    account: state.accounts[0],
    accounts: state.accounts,
    queries: state.queries,
    query(type) {
      const query = state.queries.find((one) => one.type === type);
      if (query === undefined) throw new Error(`the simulator has no ${type} query`);
      return query;
    },
    requests: state.log.requests,
    refusals: state.log.refusals,
    book: state.book,
  };
}

type Changes = "addEntries" | "addFills" | "cancel" | "rebook" | "correct" | "expected" | "replaceToken";

function changes(state: SimulatorState): Pick<IbkrSimulator, Changes> {
  const { book } = state;
  return {
    addEntries: (...entries) => book.addEntries(entries),
    addFills: (...fills) => fills.map((fill) => book.addFill(fill)),
    cancel: book.cancel,
    rebook: (id, changed) => book.revise(id, "rebook", changed),
    correct: (id, changed) => book.revise(id, "correction", changed),
    expected: () => expectedResult(book.entries),
    replaceToken() {
      firstHolder(state).replaced = true;
      const token = flexToken({}, state.holders.length + 1);
      state.holders.push(tokenHolder(token));
      return token;
    },
  };
}

function firstHolder({ holders }: SimulatorState): TokenHolder {
  const holder = holders.find(({ replaced }) => !replaced);
  if (holder === undefined) throw new Error("the simulator has no token");
  return holder;
}

function createPlace(
  state: SimulatorState,
  server: SimulatedRequest["server"],
  places: { readonly mirror: string; readonly hostile: string },
): Server {
  return createServer((request, response) => {
    // A client that goes away makes the writing fail; there is nobody left to answer.
    handleRequest(state, { request, response }, { server, places }).catch(() => response.destroy());
  });
}

async function listen(server: Server | undefined): Promise<string> {
  if (server === undefined) throw new Error("there is no server to start");
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`the server has no port: ${address}`);
  return `http://127.0.0.1:${address.port}${SERVICE_PATH}`;
}

type RunningServer = Pick<Server, "listening" | "close" | "closeAllConnections">;

async function closeServers(state: SimulatorState, servers: readonly RunningServer[]): Promise<void> {
  state.closing.abort();
  for (const server of servers.filter(({ listening }) => listening)) {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
