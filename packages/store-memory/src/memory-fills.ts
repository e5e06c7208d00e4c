import type { BookStore } from "@fillbook/core/store";
import { fillView, isRemovedTrade, tradeFacts, tradeView } from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, ownerTables } from "./memory-tables.ts";

/** What reviews and statistics read. */
export function memoryFills(
  tables: MemoryTables,
): Pick<BookStore, "tradesById" | "manualTradesOn" | "decisionsOf" | "fills"> {
  const of = (owner: string) => ownerTables(tables, owner);
  return {
    async tradesById(owner, ids) {
      const { trades } = of(owner);
      const rows = [...new Set(ids)].flatMap((id) => trades.get(id) ?? []);
      return copyOf(rows.filter((row) => !isRemovedTrade(tradeView(row))).map(tradeFacts));
    },
    async manualTradesOn(owner, days) {
      const rows = [...of(owner).trades.values()].filter(({ broker, totals }) => {
        return broker === "manual" && days.includes(totals.last.executedAt.slice(0, 10));
      });
      return copyOf(rows.map(tradeView).filter((trade) => !isRemovedTrade(trade)));
    },
    async decisionsOf(owner, tradeIds) {
      const { reports, decisions } = of(owner);
      const wanted = new Set<string | null>(tradeIds);
      const families = new Set(
        [...reports.values()].flatMap((row) => (wanted.has(row.tradeId) ? [row.familyKey] : [])),
      );
      return copyOf([...families].sort().flatMap((familyKey) => decisions.get(familyKey) ?? []));
    },
    async fills(owner, { broker, account, ...page }) {
      const rows = [...of(owner).reports.values()].filter((row) => {
        if (row.fill === null || (row.broker === "manual" && !row.canonical)) return false;
        return isEqual(broker, row.broker) && isEqual(account, row.account);
      });
      const slice = sliceOf(rows, page, (row) => ({ at: row.executedAt, id: row.revisionKey }));
      return { items: slice.items.map(fillView), next: slice.next };
    },
  };
}
