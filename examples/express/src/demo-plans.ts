import { type InboxTrade, instantFromUnixMs, type Link, type UserBook } from "@fillbook/core";
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
  const groups = new Map<string, { readonly link: Link; readonly trades: { id: string; version: number }[] }>();
  for (const [index, trade] of items.entries()) {
    const link = linkFor(trade, { income, index });
    if (link === undefined) continue;
    const key = JSON.stringify(link);
    const group = groups.get(key) ?? { link, trades: [] };
    groups.set(key, group);
    group.trades.push({ id: trade.id, version: trade.version });
  }
  for (const review of groups.values()) await user.review(review);
}

/** undefined for a trade that stays in the inbox. */
function linkFor(
  { suggestion, instrument }: InboxTrade,
  { income, index }: { readonly income: string; readonly index: number },
): Link | undefined {
  if (suggestion.tradePlanId !== null) return { tradePlanId: suggestion.tradePlanId };
  if (instrument.kind === "option") return { campaignId: income };
  return index % 3 === 0 ? null : undefined;
}
