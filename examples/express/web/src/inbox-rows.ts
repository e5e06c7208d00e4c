import type { InboxTrade, Trade } from "@fillbook/core";
import { get } from "./api.ts";

/** A review answers with trades, which propose nothing: rows keep showing what was proposed. Pure. */
export function keptProposals(
  newer: readonly Trade[],
  before: readonly (Trade | InboxTrade)[],
): readonly (Trade | InboxTrade)[] {
  const old = new Map(before.map((trade) => [trade.id, trade]));
  return newer.map((trade) => {
    const known = old.get(trade.id);
    if (known === undefined || !("suggestion" in known)) return trade;
    return { ...trade, suggestion: known.suggestion, absorb: known.absorb };
  });
}

/** The trades as they are now, and so the manual ones that are proposed; one that is gone is proposed no more. */
export async function readAgain(trades: readonly (Trade | InboxTrade)[]): Promise<readonly (Trade | InboxTrade)[]> {
  const read = await Promise.all(trades.map(({ id }) => tradeNow(id)));
  const newer = read.flatMap((trade) => trade ?? []);
  return withManualsNow(keptProposals(newer, trades));
}

/** An undo changes the manual trade too: its version is read anew. */
export function withManualsNow(trades: readonly (Trade | InboxTrade)[]): Promise<readonly (Trade | InboxTrade)[]> {
  return Promise.all(
    trades.map(async (trade) => {
      if (!("absorb" in trade) || trade.absorb === null) return trade;
      const manual = await tradeNow(trade.absorb.id);
      const isThere = manual !== null && manual.status !== "canceled";
      return { ...trade, absorb: isThere ? { id: manual.id, version: manual.version } : null };
    }),
  );
}

/** null for one that cannot be read now: its row stays as it was shown. */
function tradeNow(id: string): Promise<Trade | null> {
  return get<Trade>(`/api/trades/${encodeURIComponent(id)}`).catch(() => null);
}
