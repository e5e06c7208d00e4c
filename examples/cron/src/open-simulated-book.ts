import { createFillbook, type Logger } from "@fillbook/core";
import { embeddedStore } from "@fillbook/store-postgres/embedded";
import type { OpenBook } from "./open-book.ts";
import { startSimulatedBrokers } from "./simulated-brokers.ts";

/** A book in a folder, with one person's connections to two simulated brokers. No account and no database is needed. */
export async function openSimulatedBook(options: {
  readonly dataDir: string;
  readonly syncEveryMs: number;
  readonly logger: Logger;
}): Promise<OpenBook> {
  const { dataDir, syncEveryMs, logger } = options;
  const store = embeddedStore({ dataDir });
  await store.migrate();
  const brokers = await startSimulatedBrokers();
  const { connectors, credentials, clock } = brokers;
  const book = createFillbook({ store, connectors, credentials, clock, logger });
  const user = book.forUser("ada");
  const known = (await user.connections()).items.map(({ connector }) => connector);
  if (!known.includes("kraken")) await user.connect({ connector: "kraken", syncEveryMs });
  if (!known.includes("ibkr-flex")) {
    await user.connect({ connector: "ibkr-flex", settings: brokers.flexSettings, syncEveryMs });
  }
  return {
    book,
    async close() {
      await book.close();
      await store.close();
      await brokers.close();
    },
  };
}
