import { type KrakenPolicy, kraken } from "@fillbook/connector-kraken";
import { type KrakenSimulatorOptions, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { type IngestOptions, ingest, type Json } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { aConnection, readAll } from "../../../testkit/src/suite/play.ts";
import { testClock } from "./drive-kraken.ts";

/** The simulated broker, the connector, the engine and a store, as a host puts them together. */
export async function aWorld(options: KrakenSimulatorOptions, policy: KrakenPolicy = {}) {
  const clock = testClock();
  const simulator = await startKrakenSimulator({ clock, ...options });
  const store = memoryStore({ clock });
  const connect = (settings: Json = {}) =>
    aConnection(store, { connector: "kraken", broker: "kraken", accountRef: simulator.key.iban, settings });
  const connectionId = await connect();
  // A host's workers are processes: each has a connector of its own.
  const run = async (extra: Partial<IngestOptions> = {}) => {
    const connector = kraken({ baseUrl: simulator.url, ...policy });
    const { apiKey, apiSecret } = simulator.key;
    const shared = { store, connectors: [connector], connectionId, mode: "manual", clock } as const;
    return ingest({ ...shared, credentials: async () => ({ apiKey, apiSecret }), ...extra });
  };
  return {
    ...{ clock, simulator, store, connectionId, connect, run },
    executions: () => readAll((after) => store.executions("owner", { limit: 200, ...after })),
    problems: async () => (await store.problems("owner", {})).items,
    requestsOf: (method: string) => simulator.requests.filter(({ path }) => path.endsWith(`/${method}`)),
    refused: () => simulator.requests.filter(({ outcome }) => outcome !== "ok"),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}
