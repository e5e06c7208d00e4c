import { instantFromUnixMs, type UserBook } from "@fillbook/core";
import type { Database } from "./database.ts";
import { addCampaign, addPlan } from "./plans.ts";

/** Plans and campaigns of the demo's user, so that there is something to suggest. */
export async function addDemoPlans(database: Database, userId: string): Promise<{ readonly income: string }> {
  const campaign = async (name: string) => (await addCampaign(database, userId, { name })).id;
  const crypto = await campaign("Crypto core");
  const equities = await campaign("US equities");
  const income = await campaign("Options income");
  const plan = async (name: string, symbol: string, direction: "long" | "short", campaignId: string | null) => {
    await addPlan(database, userId, { name, symbol, direction, campaignId });
  };
  await plan("Bitcoin accumulation", "BTC/USD", "long", crypto);
  await plan("Bitcoin profit taking", "BTC/USD", "short", crypto);
  await plan("Ether accumulation", "ETH/USD", "long", crypto);
  await plan("Ether profit taking", "ETH/USD", "short", crypto);
  await plan("Solana momentum", "SOL/USD", "long", null);
  await plan("QQQ swing", "QQQ", "long", equities);
  await plan("QQQ exit", "QQQ", "short", equities);
  await plan("SPY core", "SPY", "long", equities);
  await plan("SPY trim", "SPY", "short", equities);
  await plan("Euro hedge", "EUR.USD", "long", null);
  return { income };
}

const OLD_MS = 12 * 86_400_000;

/** Reviews what is older than twelve days: suggestions as they are, every third trade without one for a campaign. */
export async function reviewOldTrades(
  user: UserBook,
  { income, nowMs }: { readonly income: string; readonly nowMs: number },
): Promise<void> {
  const to = instantFromUnixMs(nowMs - OLD_MS);
  const { items } = await user.inbox({ to, limit: 200 });
  for (const [index, { id, version, suggestion, instrument }] of items.entries()) {
    const trades = [{ id, version }];
    if (suggestion.tradePlanId !== null) {
      await user.review({ trades, link: { tradePlanId: suggestion.tradePlanId } });
    } else if (instrument.kind === "option") {
      await user.review({ trades, link: { campaignId: income } });
    } else if (index % 3 === 0) {
      await user.review({ trades, link: null });
    }
  }
}
