import { isDeepStrictEqual } from "node:util";
import type { StoredReport, TradeRow } from "@fillbook/core/store";
import { tradeFromMembers } from "@fillbook/core/store";
import { accountOf, lockAccounts } from "./account-locks.ts";
import { withCounted } from "./counted-decisions.ts";
import { reportSelection, storedReport } from "./execution-columns.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";
import { textOf } from "./sql-columns.ts";
import { tradeRow, tradeSelection } from "./trade-columns.ts";

/** Trades that are summed anew in one transaction; their fills are in memory together. */
const TRADES_A_PAGE = 500;

/** A trade as it is stored, and as its fills make it. */
export interface SummedTrade {
  readonly stored: TradeRow;
  /** null where it has no fill. */
  readonly summed: TradeRow | null;
}

/** What a page of trades came to. */
export interface SummedPage {
  readonly trades: number;
  /** Those whose stored row is not what their fills make. */
  readonly wrong: readonly SummedTrade[];
}

/**
 * Sums every trade of an owner anew, in pages, in the order of ids. Each page is one transaction that locks the accounts of
 * its trades and no other, so that imports go on.
 *
 * @param request `mend` works on the wrong trades of a page in its transaction, under its locks; a retry calls it again.
 */
export async function* summedPages(
  { driver, tables, clock }: PostgresContext,
  { owner, mend }: { readonly owner: string; readonly mend?: (sql: Sql, wrong: SummedPage["wrong"]) => Promise<void> },
): AsyncGenerator<SummedPage> {
  let after: string | null = "";
  while (after !== null) {
    const start: string = after;
    const page = await retrying(clock, () =>
      driver.transaction(async (sql) => {
        const { ids, accounts, last } = await nextTrades(sql, tables, { owner, after: start });
        await lockAccounts(sql, tables, { owner, accounts });
        const trades = await summedTrades(sql, tables, { owner, ids });
        const wrong = trades.filter(({ stored, summed }) => !isDeepStrictEqual(stored, summed));
        await mend?.(sql, wrong);
        return { trades: trades.length, wrong, last };
      }),
    );
    yield { trades: page.trades, wrong: page.wrong };
    after = page.last;
  }
}

/** The ids of a page and the accounts to lock for it; `last` is null on the last page. */
async function nextTrades(
  sql: Sql,
  { trades }: PostgresTables,
  { owner, after }: { owner: string; after: string },
): Promise<{ readonly ids: readonly string[]; readonly accounts: readonly string[]; readonly last: string | null }> {
  // The key of a trade's order begins with the account, and a trade never leaves it: no fill has to be read for the locks.
  const rows = await sql.query(
    `select id, ${accountOf("order_key")} as account from ${trades}
      where owner = $1 and id > $2 order by id limit $3::bigint`,
    [owner, after, String(TRADES_A_PAGE)],
  );
  const ids = rows.map((row) => textOf(row, "id"));
  const last = ids.length < TRADES_A_PAGE ? null : (ids.at(-1) ?? null);
  return { ids, accounts: [...new Set(rows.map((row) => textOf(row, "account")))], last };
}

/** The trades as they are now that their accounts are locked: an import may have removed some since their ids were read. */
async function summedTrades(
  sql: Sql,
  tables: PostgresTables,
  { owner, ids }: { owner: string; ids: readonly string[] },
): Promise<readonly SummedTrade[]> {
  const rows = await sql.query(
    `select ${tradeSelection} from ${tables.trades} where owner = $1 and id = any($2::text[]) order by id`,
    [owner, sqlArray(ids)],
  );
  const members = await membersOf(sql, tables, { owner, ids });
  return rows.map(tradeRow).map((stored) => {
    return { stored, summed: tradeFromMembers(stored, members.get(stored.id) ?? []) };
  });
}

async function membersOf(
  sql: Sql,
  tables: PostgresTables,
  { owner, ids }: { owner: string; ids: readonly string[] },
): Promise<ReadonlyMap<string, StoredReport[]>> {
  const rows = await sql.query(
    `select ${reportSelection} from ${withCounted(tables)}
      where owner = $1 and trade_id = any($2::text[]) and fill is not null`,
    [owner, sqlArray(ids)],
  );
  const members = new Map<string, StoredReport[]>(ids.map((id) => [id, []]));
  for (const report of rows.map(storedReport)) members.get(report.tradeId ?? "")?.push(report);
  return members;
}
