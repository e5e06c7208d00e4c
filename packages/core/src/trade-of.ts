import { ImportError } from "./import-error.ts";
import type { Trade } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";

/** A person's trade. @throws ImportError `TRADE_NOT_FOUND` */
export async function tradeOf(
  { userId, store }: { readonly userId: string; readonly store: Pick<BookStore, "trade"> },
  id: string,
): Promise<Trade> {
  const trade = await store.trade(userId, id);
  if (trade === null) throw noTrade(id);
  return trade;
}

export function noTrade(id: string): ImportError {
  return new ImportError("TRADE_NOT_FOUND", `there is no trade ${id}`);
}
