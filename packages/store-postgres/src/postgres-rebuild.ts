import { type Instant, instantFromUnixMs } from "@fillbook/core";
import { replanBatch } from "@fillbook/core/store";
import { lockAllAccounts } from "./account-locks.ts";
import { familyPages, ownersOf } from "./owner-pages.ts";
import { commitBatch } from "./postgres-commit.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";
import { updateAll } from "./sql-columns.ts";
import { type SummedTrade, summedPages } from "./summed-trades.ts";
import { tradeColumns, viewedTrade } from "./trade-columns.ts";

/** What `rebuildTrades()` looked at and mended. All of the last three are 0 for a store that was right. */
export interface RebuildReport {
  readonly families: number;
  readonly trades: number;
  /** Fills whose report, fees or trade were not as their reports make them. */
  readonly fillsMended: number;
  readonly tradesMended: number;
  readonly tradesRemoved: number;
}

/**
 * Settles every family again from its reports and sums every trade again from its fills, page by page, beside running
 * imports. Trades keep their ids wherever they still have a fill.
 */
export async function rebuildTrades(context: PostgresContext, owner?: string): Promise<RebuildReport> {
  const report = { families: 0, trades: 0, fillsMended: 0, tradesMended: 0, tradesRemoved: 0 };
  for (const one of await ownersOf(context, owner)) {
    await forgetLostTrades(context, one);
    for await (const families of familyPages(context, one)) {
      report.families += families.length;
      const mended = await settleAgain(context, { owner: one, families });
      report.fillsMended += mended;
    }
    await sumAgain(context, { owner: one, report });
  }
  return report;
}

// Fills whose trade is not stored are in none: settling them again finds or makes the trade of their order.
async function forgetLostTrades({ driver, tables, clock }: PostgresContext, owner: string): Promise<void> {
  await retrying(clock, () =>
    driver.transaction(async (sql) => {
      await lockAllAccounts(sql, tables, owner);
      await sql.query(
        `update ${tables.executions} as executions set trade_id = null, fill = null
          where owner = $1 and trade_id is not null and not exists
            (select from ${tables.trades} as trades where trades.owner = $1 and trades.id = executions.trade_id)`,
        [owner],
      );
    }),
  );
}

async function settleAgain(
  context: PostgresContext,
  { owner, families }: Pick<Parameters<typeof replanBatch>[0], "owner" | "families">,
): Promise<number> {
  const at = instantFromUnixMs(context.clock.now());
  const batch = replanBatch({ owner, families, id: `rebuild/${crypto.randomUUID()}`, at });
  const result = await commitBatch(context, batch, { leaseMs: null, keepsAnswer: false });
  return result.kind === "committed" ? result.stats.tradesTouched + result.stats.canonicalChanges : 0;
}

async function sumAgain(
  context: PostgresContext,
  { owner, report }: { owner: string; report: { trades: number; tradesMended: number; tradesRemoved: number } },
): Promise<void> {
  const at = instantFromUnixMs(context.clock.now());
  const pages = summedPages(context, { owner, mend: (sql, wrong) => mend(sql, context.tables, { owner, wrong, at }) });
  for await (const { trades, wrong } of pages) {
    const removed = wrong.filter(({ summed }) => summed === null).length;
    report.trades += trades;
    report.tradesRemoved += removed;
    report.tradesMended += wrong.length - removed;
  }
}

async function mend(
  sql: Sql,
  tables: PostgresTables,
  { owner, wrong, at }: { owner: string; wrong: readonly SummedTrade[]; at: Instant },
): Promise<void> {
  const empty = wrong.filter(({ summed }) => summed === null).map(({ stored }) => stored.id);
  if (empty.length > 0) {
    await sql.query(`delete from ${tables.trades} where owner = $1 and id = any($2::text[])`, [owner, sqlArray(empty)]);
  }
  const rows = wrong.flatMap(({ summed }) => {
    return summed === null ? [] : [viewedTrade({ ...summed, version: summed.version + 1, updatedAt: at })];
  });
  await updateAll(sql, { table: tables.trades, columns: tradeColumns, rows, keyCount: 2 });
}
