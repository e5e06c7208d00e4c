import { Pool } from "pg";
import { z } from "zod";
import type { PostgresDriver, SqlTimeouts } from "./postgres-driver.ts";
import { checkedOption, hasMethod, type ParsedOptions } from "./postgres-options.ts";
import { serverDriver } from "./postgres-server.ts";

/**
 * Where the database is: a pool of `pg`, which stays the host's and gets a listener for connections that end while they are
 * idle, unless it has one; or the URL of a server.
 */
export type PostgresSource = { readonly pool: Pool } | { readonly url: string };

const sourceSchema = z.union([
  z.strictObject({ pool: z.custom<Pool>((value) => hasMethod(value, "connect"), "is not a pool of pg") }),
  z.strictObject({ url: z.string().regex(/^postgres(ql)?:\/\//, "is not a postgres:// URL") }),
]);

/**
 * Nothing is opened before the first use.
 *
 * @throws ImportError `OPTION_INVALID`
 */
export function openServer(
  source: PostgresSource,
  { connectMs, lockMs, statementMs, poolMax, clock }: ParsedOptions,
): PostgresDriver {
  const timeouts: SqlTimeouts = { connectMs, lockMs, statementMs };
  const checked = checkedOption(sourceSchema, source, SOURCES);
  if ("pool" in checked) {
    listenForLostConnections(checked.pool);
    return serverDriver(checked.pool, { timeouts, clock, close: async () => undefined });
  }
  const pool = new Pool({
    connectionString: checked.url,
    max: poolMax,
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
  });
  listenForLostConnections(pool);
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= pool.end();
    return closing;
  };
  return serverDriver(pool, { timeouts, clock, close });
}

const SOURCES =
  "postgresStore: one of pool, url (for dataDir or pglite: embeddedStore of @fillbook/store-postgres/embedded)";

// An idle connection that the server ends is replaced on the next use; without a listener it would end the process. A host's
// own listener is enough, and a host's pool may only look like one of pg.
function listenForLostConnections(pool: Pool): void {
  if (hasMethod(pool, "on") && hasMethod(pool, "listenerCount") && pool.listenerCount("error") === 0)
    pool.on("error", () => undefined);
}
