import { isDeepStrictEqual } from "node:util";
import type { StoredReport, TradeRow } from "@fillbook/core/store";
import { tradeFromMembers } from "@fillbook/core/store";
import { executionSelection, storedReport } from "./execution-columns.ts";
import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";
import { tradeRow, tradeSelection } from "./trade-columns.ts";

/** Trades that are summed anew in one transaction; their fills are in memory together. */
export const TRADES_A_PAGE = 500;

/** A trade as it is stored, and as its fills make it. */
export interface SummedTrade {
  readonly stored: TradeRow;
  /** null where it has no fill. */
  readonly summed: TradeRow | null;
}

/** True when the stored row is what its fills make. */
export function isSummedRight({ stored, summed }: SummedTrade): boolean {
  return isDeepStrictEqual(stored, summed);
}

/** The next trades of an owner after this id, in the order of ids. */
export async function summedTrades(
  sql: Sql,
  tables: PostgresTables,
  { owner, after }: { readonly owner: string; readonly after: string },
): Promise<readonly SummedTrade[]> {
  const rows = await sql.query(
    `select ${tradeSelection} from ${tables.trades} where owner = $1 and id > $2 order by id limit $3::bigint`,
    [owner, after, String(TRADES_A_PAGE)],
  );
  const trades = rows.map(tradeRow);
  const members = await membersOf(sql, tables, { owner, ids: trades.map(({ id }) => id) });
  return trades.map((stored) => ({ stored, summed: tradeFromMembers(stored, members.get(stored.id) ?? []) }));
}

async function membersOf(
  sql: Sql,
  tables: PostgresTables,
  { owner, ids }: { owner: string; ids: readonly string[] },
): Promise<ReadonlyMap<string, StoredReport[]>> {
  const rows = await sql.query(
    `select ${executionSelection} from ${tables.executions} as executions
      where owner = $1 and trade_id = any($2::text[]) and fill is not null`,
    [owner, sqlArray(ids)],
  );
  const members = new Map<string, StoredReport[]>(ids.map((id) => [id, []]));
  for (const report of rows.map(storedReport)) members.get(report.tradeId ?? "")?.push(report);
  return members;
}
