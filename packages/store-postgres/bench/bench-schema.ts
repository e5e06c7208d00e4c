import type { Pool } from "pg";
import { type OpenRun, openRun } from "../../store-memory/bench/prepare-batches.ts";
import { type PostgresStore, postgresStore } from "../src/index.ts";

export interface BenchSchema {
  readonly store: PostgresStore;
  readonly schema: string;
  readonly run: OpenRun;
}

/** Runs the work on an empty store with an open run. Its schema is dropped afterwards. */
export async function withSchema<Result>(
  pool: Pool,
  schema: string,
  work: (opened: BenchSchema) => Promise<Result>,
): Promise<Result> {
  const store = postgresStore({ pool }, { schema });
  await store.migrate();
  try {
    return await work({ store, schema, run: await openRun(store) });
  } finally {
    await pool.query(`drop schema "${schema}" cascade`);
  }
}
