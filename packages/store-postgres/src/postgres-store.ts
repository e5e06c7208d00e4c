import { type PostgresOptions, parsePostgresOptions } from "./postgres-options.ts";
import { openServer, type PostgresSource } from "./postgres-source.ts";
import { type PostgresStore, storeOnDriver } from "./store-on-driver.ts";

/**
 * The store that serious hosts run: a PostgreSQL server. For one process without a server there is `embeddedStore` of
 * `@fillbook/store-postgres/embedded`.
 *
 * @throws ImportError `OPTION_INVALID` naming the option; nothing is opened before the first use
 */
export function postgresStore(source: PostgresSource, options: PostgresOptions = {}): PostgresStore {
  const parsed = parsePostgresOptions(options);
  return storeOnDriver(openServer(source, parsed), parsed);
}

/** {@link PostgresStore.migrate} for a deploy script: opens the database, migrates it, and closes what it opened. */
export async function migrate(source: PostgresSource, options: PostgresOptions = {}): Promise<void> {
  const store = postgresStore(source, options);
  try {
    await store.migrate();
  } finally {
    await store.close();
  }
}
