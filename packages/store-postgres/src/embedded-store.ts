import type { PGlite } from "@electric-sql/pglite";
import { z } from "zod";
import { embeddedDriver } from "./postgres-embedded.ts";
import { checkedOption, hasMethod, type PostgresOptions, parsePostgresOptions } from "./postgres-options.ts";
import { type PostgresStore, storeOnDriver } from "./store-on-driver.ts";

/** Where the embedded database is: a folder, which one process may open; or an open PGlite, which stays the host's. */
export type EmbeddedSource = { readonly dataDir: string } | { readonly pglite: PGlite };

const sourceSchema = z.union([
  z.strictObject({ dataDir: z.string().min(1) }),
  z.strictObject({ pglite: z.custom<PGlite>((value) => hasMethod(value, "transaction"), "is not a PGlite") }),
]);

/**
 * The same store in PGlite, for one process. It needs the package `@electric-sql/pglite`, which is loaded on the first use
 * of a `dataDir`. `lockMs`, `statementMs` and `poolMax` do nothing there.
 *
 * @throws ImportError `OPTION_INVALID` naming the option; nothing is opened before the first use
 */
export function embeddedStore(source: EmbeddedSource, options: PostgresOptions = {}): PostgresStore {
  const parsed = parsePostgresOptions(options);
  const { connectMs, clock } = parsed;
  const checked = checkedOption(sourceSchema, source, "embeddedStore: one of dataDir, pglite");
  return storeOnDriver(embeddedDriver(checked, { timeouts: { connectMs }, clock }), parsed);
}
