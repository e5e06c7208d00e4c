import { type Clock, systemClock } from "@fillbook/core";
import { postgresStore } from "../../src/index.ts";
import { testDatabaseUrl } from "./database.ts";
import { faultPool } from "./fault-pool.ts";
import { startSqlProxy } from "./sql-proxy.ts";
import { serverStore } from "./test-store.ts";

/** How long a free connection is waited for when there will be none. */
const HOPELESS_MS = 50;

/**
 * A store whose way to the server can fall silent; `pool` goes another way. Only in the silence do the waits end early, so
 * that no answer that comes can be late, however busy the machine is.
 */
export async function proxiedStore() {
  const { schema, pool } = await serverStore();
  const proxy = await startSqlProxy(testDatabaseUrl());
  const faults = faultPool(proxy.url);
  let silent = false;
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep(silent ? Math.min(ms, HOPELESS_MS) : ms, signal),
  };
  const store = postgresStore({ pool: faults.pool }, { schema, clock });
  const hush = (isSilent: boolean) => {
    silent = isSilent;
    faults.hurry(isSilent);
  };
  return {
    ...{ store, proxy, faults, pool, schema },
    /** Bytes go nowhere, or wait on their way. */
    fallSilent(how: "blackHole" | "hold") {
      hush(true);
      proxy[how]();
    },
    answerAgain() {
      hush(false);
      proxy.restore();
    },
  };
}
