import { ibkrFlex } from "@fillbook/connector-ibkr";
import { kraken } from "@fillbook/connector-kraken";
import { systemClock } from "@fillbook/core";
import { aesVault, withDiagnostics } from "@fillbook/core/node";
import { postgresStore } from "@fillbook/store-postgres";
import { hurriedClock } from "@fillbook/testkit";
import { openImportQueue } from "./import-queue.ts";
import { jsonLogger } from "./json-logger.ts";
import { readSettings } from "./settings.ts";
import { consoleTelemetry } from "./telemetry.ts";
import { startWorker } from "./worker.ts";

// node src/main.ts: one worker of many, until SIGTERM or SIGINT.
const STOP_MS_MAX = 10_000;

const { databaseUrl, vaultKey, schema, queueSchema, concurrency, krakenSimulator, telemetry } = readSettings(
  process.env,
);
const endTelemetry = telemetry === "console" ? consoleTelemetry() : async () => undefined;
const logger = jsonLogger((line) => process.stdout.write(line));
const store = postgresStore({ url: databaseUrl }, { schema });
await store.migrate();
const boss = await openImportQueue({
  ...{ databaseUrl, schema: queueSchema },
  onError: ({ message }) => logger.error({ reason: message }, "the queue failed"),
});
const vault = aesVault({ keys: [{ id: "main", key: vaultKey }], primary: "main" });
const connectors = [krakenSimulator === null ? kraken() : kraken({ baseUrl: krakenSimulator }), ibkrFlex()];
const clock = krakenSimulator === null ? systemClock : hurriedClock();
const book = withDiagnostics({ store, connectors, vault, clock, logger });
const worker = await startWorker({ boss, book, concurrency });
logger.info({ concurrency }, "worker started");

async function stop(signal: NodeJS.Signals): Promise<void> {
  logger.info({ signal }, "worker stops");
  // A database that does not answer must not keep the process for ever.
  setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
  await worker.stop();
  await store.close();
  await endTelemetry();
  logger.info({}, "worker stopped");
  process.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, (name) => void stop(name));
