import { randomBytes } from "node:crypto";
import type { PGlite } from "@electric-sql/pglite";
import { Pool } from "pg";
import { afterAll, onTestFinished } from "vitest";
import { type PostgresSource, type PostgresStore, postgresStore } from "../../src/index.ts";
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
  return reused(() => migrated({ pool }, pool, made));
}

/** The same in an embedded database, which goes with its owner. */
export function reusedEmbeddedStores(pglite: () => PGlite): () => Promise<ReusedStore> {
  return reused(() => migrated({ pglite: pglite() }, pglite(), []));
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

async function migrated(source: PostgresSource, database: Pool | PGlite, made: string[]): Promise<Emptied> {
  const schema = `t_${randomBytes(8).toString("hex")}`;
  const store = postgresStore(source, { schema });
  made.push(schema);
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
