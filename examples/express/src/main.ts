import { ibkrFlex, ibkrWeb } from "@fillbook/connector-ibkr";
import { kraken } from "@fillbook/connector-kraken";
import { pino } from "pino";
import { startDemo } from "./demo.ts";
import { startServer } from "./server.ts";
import { readSettings, type Settings } from "./settings.ts";

// node src/main.ts: the server, with the secrets of the environment; FILLBOOK_DEMO=1 for a trial that needs nothing.
const STOP_MS_MAX = 10_000;
const { FILLBOOK_DEMO, FILLBOOK_DATA_DIR = ".fillbook/express", FILLBOOK_CRON: ticks = "* * * * *" } = process.env;

// Written at once: no line is lost when the process ends.
const logger = pino(pino.destination({ sync: true }));
const demo = FILLBOOK_DEMO === "1" ? await startDemo(FILLBOOK_DATA_DIR) : null;
const settings = settingsOrExit();
const { gateways } = settings;
const { clock, connectors } = demo ?? { connectors: [kraken(), ibkrFlex(), ibkrWeb({ gateways })] };
const server = await startServer(settings, { connectors, logger, ticks, ...(clock === undefined ? {} : { clock }) });
const welcome = await demo?.welcome(server);
if (typeof welcome === "string") console.log(welcome);
logger.info({ url: server.url }, "server started");

/** A wrong environment is its operator's to mend: he needs the names, not a stack. */
function settingsOrExit(): Settings {
  try {
    return readSettings({ ...process.env, ...demo?.environment });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  logger.info({ signal }, "server stops");
  // A database that does not answer must not keep the process for ever.
  setTimeout(() => process.exit(1), STOP_MS_MAX).unref();
  await server.close();
  await demo?.close();
  logger.info({}, "server stopped");
  process.exit(0);
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, (name) => void stop(name));
