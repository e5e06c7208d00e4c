import { type PostgresOptions, postgresStore } from "../../src/index.ts";
import { databaseError, type FaultWatch, faultPool } from "./fault-pool.ts";
import { serverStore } from "./test-store.ts";

/** A migrated store of its own schema whose statements can fail; `pool` sees no fault. */
export async function faultyStore(options: PostgresOptions = {}) {
  const { schema, pool } = await serverStore();
  const faults = faultPool();
  return { store: postgresStore({ pool: faults.pool }, { schema, ...options }), faults, pool, schema };
}

/** Refuses each page that has a record with this SQLSTATE. */
export function refusePages(code: string, onFire: () => void): FaultWatch {
  return {
    before({ text }) {
      if (!text.includes("execution_raws")) return;
      onFire();
      throw databaseError(code);
    },
  };
}
