import type { BookStore, StoredFill } from "@fillbook/core/store";
import {
  executionMatcher,
  executionView,
  fillItem,
  fillView,
  isListedFill,
  isRemovedTrade,
  letTimersRun,
  tradeFacts,
  tradeView,
} from "@fillbook/core/store";
import { copyOf, isEqual, sliceOf } from "./memory-slice.ts";
import { type MemoryTables, ownerTables } from "./memory-tables.ts";

/** Fills that are copied before timers have their turn. */
const FILLS_A_TURN = 1000;

/** Reports of one fill that are shown. */
const FAMILY_MAX = 200;

/** What reviews and statistics read. */
export function memoryFills(
  tables: MemoryTables,
): Pick<BookStore, "tradesById" | "decisionsOf" | "fills" | "fillSlice" | "familyReports"> {
  const of = (owner: string) => ownerTables(tables, owner);
  return {
    async tradesById(owner, ids) {
      const { trades } = of(owner);
      const rows = [...new Set(ids)].flatMap((id) => trades.get(id) ?? []);
      return copyOf(rows.filter((row) => !isRemovedTrade(tradeView(row))).map(tradeFacts));
    },
    async decisionsOf(owner, tradeIds) {
      const { reports, decisions } = of(owner);
      const wanted = new Set<string | null>(tradeIds);
      const families = new Set(
        [...reports.values()].flatMap((row) => (wanted.has(row.tradeId) ? [row.familyKey] : [])),
      );
      return copyOf([...families].sort().flatMap((familyKey) => decisions.get(familyKey) ?? []));
    },
    async fills(owner, { broker, account }) {
      // Rows are replaced and never changed: what is gathered here is of one moment, whatever is written meanwhile.
      const rows = [...of(owner).reports.newest()].filter((row) => {
        return isListedFill(row) && isEqual(broker, row.broker) && isEqual(account, row.account);
      });
      const fills: StoredFill[] = [];
      for (const row of rows) {
        fills.push(copyOf(fillView(row)));
        if (fills.length % FILLS_A_TURN === 0) await letTimersRun();
      }
      return fills;
    },
    async familyReports(owner, familyKey) {
      const { reports, index } = of(owner);
      const rows = [...index.familyReports.values([familyKey])].flatMap((key) => reports.get(key) ?? []);
      rows.sort((left, right) => (left.rank < right.rank ? -1 : 1));
      return copyOf(rows.slice(-FAMILY_MAX)).map(executionView);
    },
    async fillSlice(owner, filter) {
      const isChosen = executionMatcher(filter);
      const { items, next } = sliceOf(of(owner).reports, filter, (row) => isListedFill(row) && isChosen(row));
      return { items: items.map(fillItem), next };
    },
  };
}
