import { kraken } from "@fillbook/connector-kraken";
import { createFillbook } from "@fillbook/core";
import { embeddedStore } from "@fillbook/store-postgres/embedded";
import { openAccount } from "./account.ts"; // yours, or a simulated one
import { showProgress, showReport, showTrades } from "./show.ts";

export const store = embeddedStore({ dataDir: ".fillbook/quick-start" }); // a server: postgresStore({ url })
await store.migrate();
export const { apiKey, apiSecret, baseUrl, clock, simulator, newestTradeId } = await openAccount();
export const book = createFillbook({
  store,
  connectors: [kraken({ baseUrl })],
  credentials: async () => ({ apiKey, apiSecret }),
  onEvent: showProgress,
  clock,
});
export const user = book.forUser("ada");
const [known] = (await user.connections()).items; // a second run goes on where the first one ended
export const connection = known ?? (await user.connect({ connector: "kraken" }));

showReport(await book.ingest({ connectionId: connection.id, mode: "manual" }));
showTrades(await user.trades({ limit: 5 }));
