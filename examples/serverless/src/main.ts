import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { createFillbook, silentLogger } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { functionStore } from "./function-store.ts";
import { type Invoke, ingestFunction } from "./ingest-function.ts";
import { secretHeader } from "./shared-secret.ts";
import { startFunction } from "./start-function.ts";
import { storeFunction } from "./store-function.ts";
import { tickFunction } from "./tick-function.ts";

// node src/main.ts: three functions on loopback addresses import a simulated account, a little more each time.
const FILLS = 600;
const BUDGET_MS = 45_000;
const secret = crypto.randomUUID() + crypto.randomUUID();

// A platform would hold the data in its database; what matters here is what stands in front of it.
const clock = fakeClock();
const data = await startFunction(storeFunction({ store: memoryStore({ clock }), secret, logger: silentLogger }));

const recent = { fromMs: clock.now() - 30 * 86_400_000, toMs: clock.now() - 60_000 };
const simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: FILLS, seed: 1, ...recent }) });
const { apiKey, apiSecret } = simulator.key;
const store = functionStore({ url: data.url, secret });
const connectors = [kraken({ baseUrl: simulator.url })];
const book = createFillbook({ store, connectors, credentials: async () => ({ apiKey, apiSecret }), clock });
const user = book.forUser("ada");
await user.connect({ connector: "kraken" });

// A platform's queue in small: invocations that are asked for are made one after the other.
const invocations: { readonly connectionId: string; readonly delayMs: number }[] = [];
const invoke: Invoke = async (connectionId, { delayMs }) => void invocations.push({ connectionId, delayMs });
const ingest = await startFunction(ingestFunction({ book, secret, invoke, budgetMs: BUDGET_MS, clock }));
const tick = await startFunction(tickFunction({ store, secret, invoke }));
const post = async (url: string, body: object) =>
  (await fetch(url, { method: "POST", headers: secretHeader(secret), body: JSON.stringify(body) })).json();

console.log("tick", await post(tick.url, {}));
for (let next = invocations.shift(); next !== undefined; next = invocations.shift()) {
  clock.advance(next.delayMs);
  console.log("ingest", await post(ingest.url, { connectionId: next.connectionId }));
}
const { items } = await user.jobs({ limit: 200 });
const inserted = items.reduce((sum, { stats }) => sum + stats.inserted, 0);
console.log(`${inserted} of ${FILLS} fills came in ${items.length} invocations`);
await Promise.all([book.close(), tick.close(), ingest.close(), data.close(), simulator.close()]);
