import type { PGlite } from "@electric-sql/pglite";
import { type Clock, ImportError, systemClock } from "@fillbook/core";
import { Pool } from "pg";
import { z } from "zod";
import type { OnCommit } from "./call-host.ts";
import type { PostgresDriver, SqlTimeouts } from "./postgres-driver.ts";
import { embeddedDriver } from "./postgres-embedded.ts";
import { serverDriver } from "./postgres-server.ts";

/**
 * Where the database is: a pool of `pg`, which stays the host's and gets a listener for connections that end while they are
 * idle, unless it has one; the URL of a server; the folder of an embedded PGlite; or
 * an open PGlite, which stays the host's.
 */
export type PostgresSource =
  | { readonly pool: Pool }
  | { readonly url: string }
  | { readonly dataDir: string }
  | { readonly pglite: PGlite };

export interface PostgresOptions {
  /** The schema of the tables: lower-case letters, digits and `_`. @defaultValue "fillbook" */
  readonly schema?: string;
  /**
   * Writes rows of the host's own in the transaction of each commit: both are durable or neither is. It may run again for
   * the same commit after a collision, whose first attempt was rolled back. What it throws rolls the page back and ends the
   * run with `STORE_FAILED`, and its connection is thrown away. It must not end the transaction.
   */
  readonly onCommit?: OnCommit;
  /**
   * How long `onCommit` may take, 100 to 3,600,000 ms; then its page is rolled back and the run ends with `STORE_FAILED`. The
   * option of the same name of `createFillbook` or `ingest` can make it shorter. A hook that asks the database nothing for
   * thirty seconds is ended in any case. @defaultValue 30000
   */
  readonly onCommitTimeoutMs?: number;
  /** How long to wait for a free connection, 100 to 3,600,000 ms. @defaultValue 10000 */
  readonly connectMs?: number;
  /** How long a statement may wait for a lock, 100 to 3,600,000 ms. @defaultValue 10000 */
  readonly lockMs?: number;
  /** How long a statement may take, 100 to 3,600,000 ms. @defaultValue 30000 */
  readonly statementMs?: number;
  /** How many connections the pool of a `url` holds, 1 to 1,000. @defaultValue 10 */
  readonly poolMax?: number;
  /** Waits between attempts; leases go by the database's clock. @defaultValue systemClock */
  readonly clock?: Clock;
}

const milliseconds = z.number().int().min(100).max(3_600_000);
const optionsSchema = z.strictObject({
  schema: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, "is not a schema name of lower-case letters, digits and _")
    .refine((name) => !name.startsWith("pg_"), "begins with pg_, which is the server's own")
    .default("fillbook"),
  onCommit: z.custom<OnCommit>((value) => typeof value === "function").exactOptional(),
  onCommitTimeoutMs: milliseconds.default(30_000),
  connectMs: milliseconds.default(10_000),
  lockMs: milliseconds.default(10_000),
  statementMs: milliseconds.default(30_000),
  poolMax: z.number().int().min(1).max(1000).default(10),
  clock: z.custom<Clock>((value) => typeof value === "object" && value !== null).default(systemClock),
});
const sourceSchema = z.union([
  z.strictObject({ pool: z.custom<Pool>((value) => hasMethod(value, "connect"), "is not a pool of pg") }),
  z.strictObject({ url: z.string().regex(/^postgres(ql)?:\/\//, "is not a postgres:// URL") }),
  z.strictObject({ dataDir: z.string().min(1) }),
  z.strictObject({ pglite: z.custom<PGlite>((value) => hasMethod(value, "transaction"), "is not a PGlite") }),
]);

export type ParsedOptions = z.output<typeof optionsSchema>;

/** @throws ImportError `OPTION_INVALID` naming the option */
export function parsePostgresOptions(options: PostgresOptions): ParsedOptions {
  return parsed(optionsSchema, options, "postgresStore");
}

/** Nothing is opened before the first use. */
export function openDriver(
  source: PostgresSource,
  { connectMs, lockMs, statementMs, poolMax, clock }: ParsedOptions,
): PostgresDriver {
  const timeouts: SqlTimeouts = { connectMs, lockMs, statementMs };
  const checked = parsed(sourceSchema, source, "postgresStore: one of pool, url, dataDir, pglite");
  if ("dataDir" in checked || "pglite" in checked) return embeddedDriver(checked, { timeouts, clock });
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

// An idle connection that the server ends is replaced on the next use; without a listener it would end the process. A host's
// own listener is enough, and a host's pool may only look like one of pg.
function listenForLostConnections(pool: Pool): void {
  if (hasMethod(pool, "on") && hasMethod(pool, "listenerCount") && pool.listenerCount("error") === 0)
    pool.on("error", () => undefined);
}

function parsed<Output>(schema: z.ZodType<Output>, value: unknown, name: string): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".") || name}: ${issue.message}`);
  throw new ImportError("OPTION_INVALID", `${name}: ${issues.join("; ")}`);
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && name in value && typeof Reflect.get(value, name) === "function";
}
