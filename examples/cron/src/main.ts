import { jsonLogger } from "./json-logger.ts";
import { openBook } from "./open-book.ts";
import { openSimulatedBook } from "./open-simulated-book.ts";
import { readSettings } from "./settings.ts";
import { startWorker } from "./worker.ts";

// node src/main.ts: imports what is due, every minute, until SIGTERM or SIGINT.
const STOP_MS_MAX = 10_000;

const { databaseUrl, vaultKey, dataDir, pattern, syncEveryMs } = readSettings(process.env);
const logger = jsonLogger((line) => process.stdout.write(line));
const { book, close } =
  databaseUrl === null
    ? await openSimulatedBook({ dataDir, syncEveryMs, logger })
    : await openBook({ databaseUrl, vaultKey, logger });
const worker = startWorker({ book, pattern, logger });
logger.info({ pattern, store: databaseUrl === null ? dataDir : "server" }, "worker started");

async function stop(signal: NodeJS.Signals): Promise<void> {
  logger.info({ signal }, "worker stops");
  // A database that does not answer must not keep the process for ever.
  setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
  await worker.stop();
  await close();
  logger.info({}, "worker stopped");
  process.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, (name) => void stop(name));
