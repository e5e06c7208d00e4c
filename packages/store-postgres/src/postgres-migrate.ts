import { ImportError } from "@fillbook/core";
import { migrationTexts } from "./migration-texts.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { Sql, SqlTransaction } from "./postgres-driver.ts";
import { retrying } from "./postgres-retry.ts";
import { textOrNull } from "./sql-columns.ts";

/** The version that this release reads and writes: the number of the last file in `migrations/`. */
export const SCHEMA_VERSION = migrationTexts.length;

/**
 * Brings the schema's tables to this release's version; does nothing when they have it. Safe when many processes start at
 * once: one migrates, the others wait for it.
 */
export async function migrateSchema({ driver, tables, clock }: PostgresContext): Promise<void> {
  await retrying(clock, () =>
    driver.transaction(async (sql) => {
      await sql.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
        JSON.stringify(["fillbook migrate", tables.schema]),
      ]);
      const version = await versionOf(sql, tables.versions);
      refuseNewer(version, tables.schema);
      if (version === SCHEMA_VERSION) return;
      await makeSchema(sql, tables.schema);
      await sql.script(`set local search_path to "${tables.schema}"`);
      for (const text of migrationTexts.slice(version)) await sql.script(text);
    }),
  );
}

/** @throws ImportError `STORE_NOT_MIGRATED` when the tables are not those of this release. */
export async function checkSchema({ driver, tables, clock }: PostgresContext): Promise<void> {
  const version = await retrying(clock, () => versionOf(driver, tables.versions));
  refuseNewer(version, tables.schema);
  if (version === SCHEMA_VERSION) return;
  throw new ImportError(
    "STORE_NOT_MIGRATED",
    `schema ${tables.schema} is at version ${version}, this release needs ${SCHEMA_VERSION}: call migrate() of the store once`,
  );
}

// An administrator may have made it for a role that may not: `if not exists` asks for the right all the same.
async function makeSchema(sql: SqlTransaction, schema: string): Promise<void> {
  const [found] = await sql.query("select from pg_namespace where nspname = $1", [schema]);
  if (found === undefined) await sql.script(`create schema if not exists "${schema}"`);
}

/** 0 where there are no tables. */
async function versionOf(sql: Sql, versions: string): Promise<number> {
  const [table] = await sql.query("select to_regclass($1)::text as name", [versions]);
  if (table === undefined || textOrNull(table, "name") === null) return 0;
  const [row] = await sql.query(`select max(version)::text as version from ${versions}`);
  return Number(row?.version ?? 0);
}

function refuseNewer(version: number, schema: string): void {
  if (version <= SCHEMA_VERSION) return;
  const message = `schema ${schema} is at version ${version}, newer than the ${SCHEMA_VERSION} of this release`;
  throw new ImportError("STORE_NOT_MIGRATED", `${message}: upgrade @fillbook/store-postgres`);
}
