import { kraken } from "@fillbook/connector-kraken";
import { ingest } from "@fillbook/core";
import { postgresStore } from "../../src/index.ts";
import { childClock } from "./shared-time.ts";

// Forked by one-key.test.ts with options as JSON. Imports one connection once, by the time that its parent tells.

/** What the process is told. */
export interface OneKeyOptions {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly connectionId: string;
  readonly simulatorUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly startMs: number;
}

const options: OneKeyOptions = JSON.parse(process.argv[2] ?? "");
const { databaseUrl: url, schema, simulatorUrl, apiKey, apiSecret } = options;
const store = postgresStore({ url }, { schema });
const report = await ingest({
  ...{ store, connectors: [kraken({ baseUrl: simulatorUrl })], connectionId: options.connectionId, mode: "manual" },
  credentials: async () => ({ apiKey, apiSecret }),
  clock: childClock(options.startMs),
  // The database's time stands still beside this one.
  leaseMs: 3_600_000,
});
await store.close();
process.send?.({ kind: "report", report });
process.disconnect();
