import type { Sql } from "./postgres-driver.ts";
import type { PostgresTables } from "./postgres-tables.ts";
import { sqlArray } from "./sql-array.ts";

/**
 * Locks accounts until the transaction ends, before its first read: who else writes them waits. In the order of the locks'
 * numbers, which is the same in every process, so that no two wait for each other.
 */
export async function lockAccounts(
  sql: Sql,
  { schema }: PostgresTables,
  { owner, accounts }: { readonly owner: string; readonly accounts: readonly string[] },
): Promise<void> {
  if (accounts.length === 0) return;
  const names = accounts.map((account) => JSON.stringify(["fillbook", schema, owner, account]));
  await sql.query(
    `select pg_advisory_xact_lock(key) from
       (select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as name order by key) as keys`,
    [sqlArray(names)],
  );
}

/** Every account of an owner of which an execution is stored. Reads all of them: for what is done once an owner. */
export async function lockAllAccounts(sql: Sql, tables: PostgresTables, owner: string): Promise<void> {
  const rows = await sql.query(
    `select distinct ${accountOf("family_key")} as account from ${tables.executions} where owner = $1`,
    [owner],
  );
  await lockAccounts(sql, tables, { owner, accounts: rows.flatMap(({ account }) => account ?? []) });
}

/** The account in a column of keys, as it is locked: broker and account stand first in every key. */
export function accountOf(keyColumn: string): string {
  return `split_part(${keyColumn}, '/', 1) || '/' || split_part(${keyColumn}, '/', 2)`;
}
