import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import type { CredentialOwner } from "@fillbook/core";
import { hurriedClock } from "@fillbook/testkit";

/**
 * Kraken and Interactive Brokers on loopback addresses. Both show the same fills at every start, so a worker that is
 * started again finds nothing new.
 */
export async function startSimulatedBrokers() {
  const clock = hurriedClock();
  const krakenAccount = await startKrakenSimulator({ clock, trades: generateTrades({ count: 40, seed: 1 }) });
  const ibkrAccount = await startIbkrSimulator({
    clock,
    entries: generateFills({ count: 40, seed: 1, days: 10 }),
    queries: [{ type: "AF", period: { kind: "fixed", fromDay: "2026-01-05", toDay: "2026-01-30" } }],
  });
  const { apiKey, apiSecret } = krakenAccount.key;
  const { token } = ibkrAccount.token;
  const { url: baseUrl, mirrorUrl } = ibkrAccount;
  return {
    clock,
    connectors: [kraken({ baseUrl: krakenAccount.url }), ibkrFlex({ baseUrl, loopbackUrls: [mirrorUrl] })] as const,
    /** The keys are new at each start: the book asks for them instead of keeping them. */
    credentials: async ({ connector }: CredentialOwner) => (connector === "kraken" ? { apiKey, apiSecret } : { token }),
    flexSettings: { queryId: ibkrAccount.query("AF").id, accountId: ibkrAccount.account.accountId },
    async close() {
      await Promise.all([krakenAccount.close(), ibkrAccount.close()]);
    },
  };
}
