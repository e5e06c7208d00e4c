import type { Pool } from "pg";
import { onTestFinished } from "vitest";
import { type PostgresOptions, type PostgresStore, postgresStore } from "../../src/index.ts";
import { freshSchema, testDatabaseUrl, testPool } from "./database.ts";

export interface TestStore {
  readonly store: PostgresStore;
  readonly schema: string;
  /** For looking at what is stored, beside the store's own connections. */
  readonly pool: Pool;
}

/** A migrated store on the server, in a schema of its own that goes with the test. */
export async function serverStore(options: PostgresOptions = {}, url: string = testDatabaseUrl()): Promise<TestStore> {
  const schema = freshSchema();
  const pool = testPool();
  const store = postgresStore({ url }, { schema, ...options });
  onTestFinished(() => store.close());
  await store.migrate();
  return { store, schema, pool };
}

/** Lets time pass for one schema's leases and schedules, by moving them into the past. */
export async function passLeaseTime(
  database: { query(text: string, values: unknown[]): Promise<unknown> },
  { schema, ms }: { schema: string; ms: number },
): Promise<void> {
  await database.query(
    `with paused as (
       update "${schema}".connections set paused_until = paused_until - $1::bigint * interval '1 millisecond'
     )
     update "${schema}".leases set expires_at = expires_at - $1::bigint * interval '1 millisecond',
            due_at = due_at - $1::bigint * interval '1 millisecond'`,
    [ms],
  );
}
