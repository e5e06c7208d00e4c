import { randomUUID } from "node:crypto";
import { generateTrades, type KrakenSimulator, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { BookStore } from "@fillbook/core/store";
import { newConnection } from "@fillbook/testkit";
import type { ImportSource } from "./import-messages.ts";

/** A simulated Kraken account, for processes that import it. */
export interface KrakenAccount extends AsyncDisposable {
  readonly simulator: KrakenSimulator;
  /** How many fills it has. */
  readonly fills: number;
  /** Makes a connection to the account and answers with its id. Two connections share the account's fills. */
  connect(store: BookStore, owner?: string): Promise<string>;
  /** How a process reaches the account. Each connection should have a key of its own, of which there are four. */
  source(key?: number): ImportSource;
}

/** Rows of a full page of TradesHistory. */
const PAGE_SIZE = 50;
const KEYS = 4;

/**
 * Starts an account of so many full pages; the store gets one commit a page. Its history costs no points of Kraken's
 * limit, so processes with different clocks do not get in each other's way. An account serves one schema: the state of
 * its keys is in the store.
 *
 * @param pages @defaultValue 40
 */
export async function startKrakenAccount({ pages = 40 }: { pages?: number } = {}): Promise<KrakenAccount> {
  const trades = generateTrades({ count: pages * PAGE_SIZE, seed: 1 });
  const keys = Array.from({ length: KEYS }, () => ({}));
  const simulator = await startKrakenSimulator({ trades, keys, historyCost: 0 });
  return {
    simulator,
    fills: trades.length,
    connect: (store, owner = "owner") => connectAccount(store, owner, simulator.key.iban),
    source(key = 0) {
      const { apiKey, apiSecret } = simulator.keys[key] ?? simulator.key;
      return { kind: "kraken", simulatorUrl: simulator.url, apiKey, apiSecret };
    },
    [Symbol.asyncDispose]: simulator.close,
  };
}

async function connectAccount(store: BookStore, owner: string, accountRef: string): Promise<string> {
  const id = randomUUID();
  const settings = { tier: "pro", consolidateTaker: true };
  const names = { id, userId: owner, connector: "kraken", broker: "kraken", accountRef };
  await store.createConnection(newConnection({ connection: { ...names, settings } }));
  return id;
}
