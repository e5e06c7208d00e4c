import { randomBytes } from "node:crypto";
import type { PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { afterAll, onTestFinished } from "vitest";
import { embeddedStore } from "../../src/embedded.ts";
import { type PostgresStore, postgresStore } from "../../src/index.ts";
import { testDatabaseUrl } from "./database.ts";

/** A migrated store whose tables were empty when the test got it. */
export interface ReusedStore {
  readonly store: PostgresStore;
  readonly schema: string;
  /** For looking at what is stored, and for changing it. */
  readonly database: Pick<Pool, "query"> | PGlite;
}

/**
 * Migrated stores for the tests of one file that write rows only: when a test ends, its tables are emptied and wait for
 * the next one. To make and drop them costs a hundred times as much. A test that changes tables, or that leaves a process
 * behind which may still write, takes `serverStore`.
 */
export function reusedServerStores(): () => Promise<ReusedStore> {
  const pool = new Pool({ connectionString: testDatabaseUrl(), max: 10 });
  const made: string[] = [];
  afterAll(async () => {
    for (const schema of made) await pool.query(`drop schema "${schema}" cascade`);
    await pool.end();
  });
  return reused(async () => {
    const schema = newSchema();
    made.push(schema);
    return migrated(postgresStore({ pool }, { schema }), schema, pool);
  });
}

/** The same in an embedded database, which goes with its owner. */
export function reusedEmbeddedStores(pglite: () => PGlite): () => Promise<ReusedStore> {
  return reused(async () => {
    const schema = newSchema();
    return migrated(embeddedStore({ pglite: pglite() }, { schema }), schema, pglite());
  });
}

type Emptied = ReusedStore & { readonly empty: () => Promise<unknown> };

function reused(make: () => Promise<Emptied>): () => Promise<ReusedStore> {
  const waiting: Emptied[] = [];
  return async () => {
    const one = waiting.pop() ?? (await make());
    onTestFinished(async () => {
      await one.empty();
      waiting.push(one);
    });
    return one;
  };
}

function newSchema(): string {
  return `t_${randomBytes(8).toString("hex")}`;
}

async function migrated(store: PostgresStore, schema: string, database: Pool | PGlite): Promise<Emptied> {
  await store.migrate();
  const { rows } = await (database as Pool).query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = $1 and tablename <> 'schema_versions'",
    [schema],
  );
  // One statement, so that no order of the tables offends what they refer to.
  const deletes = rows.map(({ name }) => `"${name}" as (delete from "${schema}"."${name}")`);
  const statement = `with ${deletes.join(", ")} select`;
  return { store, schema, database, empty: () => (database as Pool).query(statement) };
}
