import type { PostgresContext } from "./postgres-context.ts";
import { retrying } from "./postgres-retry.ts";
import { textOf } from "./sql-columns.ts";

/** Families that an operator's tool looks at in one transaction. */
const FAMILIES_A_PAGE = 1000;

/** A family and one report of it. */
export interface FamilyName {
  readonly familyKey: string;
  readonly revisionKey: string;
}

/** All owners, or the one that is asked for. Who enters trades by hand has executions and no connection. */
export async function ownersOf({ driver, tables, clock }: PostgresContext, owner?: string): Promise<readonly string[]> {
  if (owner !== undefined) return [owner];
  const named = [tables.connections, tables.executions, tables.trades].map(ownersIn);
  const text = `select owner from (${named.join(" union ")}) as owners order by owner`;
  return (await retrying(clock, () => driver.query(text))).map((row) => textOf(row, "owner"));
}

// Jumps from owner to owner in an index that begins with it: `distinct` would read every row.
function ownersIn(table: string): string {
  const next = (condition: string) => `select owner from ${table} where ${condition} order by owner limit 1`;
  return `(
    with recursive named as (
      (${next("true")}) union all
      select (${next("owner > named.owner")}) from named where named.owner is not null
    ) select owner from named where owner is not null
  )`;
}

/** Every family of an owner once, in pages, in the order of keys. */
export async function* familyPages(
  { driver, tables, clock }: PostgresContext,
  owner: string,
): AsyncGenerator<readonly FamilyName[]> {
  let after = "";
  for (;;) {
    const rows = await retrying(clock, () =>
      driver.query(
        `select distinct on (family_key) family_key, revision_key from ${tables.executions}
          where owner = $1 and family_key > $2 order by family_key, revision_key limit $3::bigint`,
        [owner, after, String(FAMILIES_A_PAGE)],
      ),
    );
    const page = rows.map((row) => ({
      familyKey: textOf(row, "family_key"),
      revisionKey: textOf(row, "revision_key"),
    }));
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < FAMILIES_A_PAGE) return;
    after = last.familyKey;
  }
}
