import { type FillFilter, ImportError, type Trade } from "@fillbook/core";
import type { BookStore, StoredFill } from "@fillbook/core/store";
import { fewAtOnce } from "./few-at-once.ts";
import { allFillsListing, tradeListing } from "./listings.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql } from "./postgres-driver.ts";
import { readSlice } from "./postgres-lists.ts";
import { retrying } from "./postgres-retry.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";

/** Fills that one statement reads: so many rows are in memory as the driver made them. */
const FILLS_A_STATEMENT = 1000;

/** How long all fills of one owner may take to read: a snapshot keeps the database from cleaning up. */
const FILLS_MS_MAX = 120_000;

/** The answers that take several statements, each in a snapshot of its own. */
export function postgresMoments(context: PostgresContext): Pick<BookStore, "inbox" | "fills"> {
  const { driver, tables, clock, connectMs } = context;
  // Who reads all fills keeps a connection for long. Imports and everybody else get the other half.
  const turn = fewAtOnce({ max: Math.max(1, Math.floor(driver.connectionsMax / 2)), waitMs: connectMs, clock });
  return {
    inbox: (owner, wanted) =>
      retrying(clock, () =>
        driver.snapshot(async (sql) => {
          const filter = { ...wanted, inbox: "pending_review" } as const;
          const slice = await readSlice(sql, tables, { listing: tradeListing, owner, filter });
          return { ...slice, manuals: await manualsBeside(sql, tables, { owner, trades: slice.items }) };
        }),
      ),
    fills: (owner, filter) =>
      retrying(clock, () => turn(() => driver.snapshot((sql) => allFills(sql, context, { owner, filter })))),
  };
}

async function manualsBeside(
  sql: Sql,
  tables: PostgresTables,
  { owner, trades }: { readonly owner: string; readonly trades: readonly Trade[] },
): Promise<readonly Trade[]> {
  if (trades.length === 0) return [];
  const { selection, from, without = "false", itemOf } = tradeListing;
  const days = new Set(trades.map(({ lastExecutedAt }) => `${lastExecutedAt.slice(0, 10)}T00:00:00Z`));
  const text = `select found.* from unnest($2::timestamptz[]) as wanted (day)
    cross join lateral (select ${selection} from ${from(tables)}
      where owner = $1 and broker = 'manual' and last_executed_at >= wanted.day
        and last_executed_at < wanted.day + interval '24 hours' and not (${without})) as found`;
  return (await sql.query(text, [owner, sqlArray([...days])])).map(itemOf);
}

async function allFills(
  sql: Sql,
  { tables, clock }: PostgresContext,
  { owner, filter }: { readonly owner: string; readonly filter: Pick<FillFilter, "broker" | "account"> },
): Promise<readonly StoredFill[]> {
  const overMs = clock.now() + FILLS_MS_MAX;
  const fills: StoredFill[] = [];
  let after: { readonly after?: string } = {};
  for (;;) {
    const page = { ...filter, ...after, limit: FILLS_A_STATEMENT };
    const { items, next } = await readSlice(sql, tables, { listing: allFillsListing, owner, filter: page });
    fills.push(...items);
    if (next === null) return fills;
    after = { after: next };
    if (clock.now() > overMs)
      throw new ImportError("STORE_FAILED", `one owner's fills were not read within ${FILLS_MS_MAX} ms`);
  }
}
