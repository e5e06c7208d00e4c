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

/** All owners, or the one that is asked for. */
export async function ownersOf({ driver, tables, clock }: PostgresContext, owner?: string): Promise<readonly string[]> {
  if (owner !== undefined) return [owner];
  const text = `select distinct owner from ${tables.connections} order by owner`;
  return (await retrying(clock, () => driver.query(text))).map((row) => textOf(row, "owner"));
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
