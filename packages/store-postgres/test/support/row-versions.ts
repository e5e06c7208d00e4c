import type { Pool } from "pg";

/**
 * Every row of every table with the transaction that wrote it and its place, in the order of places: equal answers mean
 * that nothing was written between, not even an update that changes nothing.
 */
export async function rowVersions(pool: Pool, schema: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const tables = await pool.query("select tablename as name from pg_tables where schemaname = $1 order by 1", [schema]);
  // One statement, so that all tables are seen at one moment.
  const lists = tables.rows.map(
    ({
      name,
    }) => `select '${name}' as name, coalesce(json_agg(concat_ws(' ', xmin, ctid, one) order by ctid), '[]') as versions
       from "${schema}".${name} as one`,
  );
  const { rows } = await pool.query(lists.join(" union all "));
  return Object.fromEntries(rows.map(({ name, versions }) => [name, versions]));
}
