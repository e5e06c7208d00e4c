import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { DemoSecrets } from "./demo-secrets.ts";
import { hurriedClock } from "./hurried-clock.ts";

/** Kraken and Interactive Brokers on loopback addresses, with the same fills at every start. */
export async function startDemoBrokers({ krakenKey, flexToken }: DemoSecrets) {
  const clock = hurriedClock();
  const trades = generateTrades({ count: 200, seed: 1 });
  const krakenAccount = await startKrakenSimulator({ clock, keys: [krakenKey], trades });
  const ibkrAccount = await startIbkrSimulator({
    clock,
    tokens: [{ token: flexToken }],
    entries: generateFills({ count: 100, seed: 1, days: 20 }),
    queries: [{ type: "AF", period: { kind: "fixed", fromDay: "2026-01-05", toDay: "2026-02-06" } }],
  });
  const { url: baseUrl, mirrorUrl } = ibkrAccount;
  return {
    clock,
    connectors: [kraken({ baseUrl: krakenAccount.url }), ibkrFlex({ baseUrl, loopbackUrls: [mirrorUrl] })],
    async close() {
      await Promise.all([krakenAccount.close(), ibkrAccount.close()]);
    },
  };
}
