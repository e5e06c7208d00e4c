// readme:start
import { kraken } from "@fillbook/connector-kraken";
import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { openAccount } from "./account.ts"; // yours, or a simulated one
import { showProgress, showReport, showTrades } from "./show.ts";

export const { apiKey, apiSecret, baseUrl, clock, simulator } = await openAccount();
export const book = createFillbook({
  store: memoryStore({ clock }),
  connectors: [kraken({ baseUrl })],
  credentials: async () => ({ apiKey, apiSecret }),
  onEvent: showProgress,
  clock,
});
export const user = book.forUser("ada");
export const connection = await user.connect({ connector: "kraken" });

showReport(await book.ingest({ connectionId: connection.id, mode: "manual" }));
showTrades(await user.trades({ limit: 5 }));
// readme:end
