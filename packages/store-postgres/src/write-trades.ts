import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import type { Planned } from "./postgres-write.ts";
import { sqlArray } from "./sql-array.ts";
import { insertAll, updateAll } from "./sql-columns.ts";
import { tradeColumns, viewedTrade } from "./trade-columns.ts";

/** Trades that are gone, changed and new. */
export async function writeTrades(sql: Sql, tables: PostgresTables, { batch, plan, snapshot }: Planned): Promise<void> {
  if (plan.tradesRemoved.length > 0) {
    await sql.query(`delete from ${tables.trades} where owner = $1 and id = any($2::text[])`, [
      batch.owner,
      sqlArray([...plan.tradesRemoved].sort()),
    ]);
  }
  const rows = plan.trades.map(viewedTrade);
  const changed = rows.filter(({ row }) => snapshot.trades.has(row.id));
  const before = changed.flatMap(({ row }) => snapshot.trades.get(row.id) ?? []).map(viewedTrade);
  await updateAll(sql, { table: tables.trades, columns: tradeColumns, rows: changed, keyCount: 2, before });
  const created = rows.filter(({ row }) => !snapshot.trades.has(row.id));
  await insertAll(sql, { table: tables.trades, columns: tradeColumns, rows: created });
}
