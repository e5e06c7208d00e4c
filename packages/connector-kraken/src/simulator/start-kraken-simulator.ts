import { createServer, type Server } from "node:http";
import { handleRequest } from "./handle-request.ts";
import type { KrakenSimulator, KrakenSimulatorOptions } from "./kraken-simulator.ts";
import { createSimulatorState, type KeyHolder, type SimulatorState } from "./simulator-state.ts";

/**
 * Starts a simulator of Kraken Spot REST on a free port of 127.0.0.1: signed TradesHistory, QueryTrades, Ledgers,
 * GetApiKeyInfo and the four methods of exports, and the public Time, SystemStatus, AssetPairs and Assets. Bodies are
 * read as forms, not as JSON.
 *
 * @example
 * await using simulator = await startKrakenSimulator({ trades: publishedTradesHistory() });
 * const { url, key } = simulator; // point a client at url, with key.apiKey and key.apiSecret
 */
export async function startKrakenSimulator(options: KrakenSimulatorOptions = {}): Promise<KrakenSimulator> {
  const state = createSimulatorState(options);
  const [first] = state.holders.values();
  if (first === undefined) throw new Error("a simulator needs at least one key");
  const server = createServer((request, response) => {
    // A client that goes away while it sends its body makes the reading fail; there is nobody left to answer.
    handleRequest(state, request, response).catch(() => response.destroy());
  });
  const url = await listen(server);
  const close = () => closeServer(state, server);
  return {
    url,
    key: first.key,
    keys: [...state.holders.values()].map(({ key }) => key),
    requests: state.log.requests,
    addTrades: (...trades) => {
      for (const trade of trades) state.book.add(trade);
    },
    addLedgers: (...entries) => {
      for (const entry of entries) state.ledgers.add(entry);
    },
    setMultiplier: (pair, multiplier) => {
      state.multipliers.set(pair, multiplier);
    },
    get exports() {
      return state.exports.all();
    },
    dropExport: (id) => {
      state.exports.remove(id);
    },
    changeTrade: state.book.change,
    removeTrade: state.book.remove,
    setSystemStatus: (status) => {
      state.systemStatus = status;
    },
    inject: state.faults.inject,
    counter: (apiKey = first.key.apiKey) => holderOf(state, apiKey).counter.level(state.clock.now()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function holderOf(state: SimulatorState, apiKey: string): KeyHolder {
  const holder = state.holders.get(apiKey);
  if (holder === undefined) throw new Error("the simulator has no such key");
  return holder;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`the server has no port: ${address}`);
  return `http://127.0.0.1:${address.port}`;
}

async function closeServer(state: SimulatorState, server: Server): Promise<void> {
  state.closing.abort();
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
