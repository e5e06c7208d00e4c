import { type Clock, ImportError, systemClock } from "@fillbook/core";
import { z } from "zod";
import type { OnCommit } from "./call-host.ts";

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

export type ParsedOptions = z.output<typeof optionsSchema>;

/** @throws ImportError `OPTION_INVALID` naming the option */
export function parsePostgresOptions(options: PostgresOptions): ParsedOptions {
  return checkedOption(optionsSchema, options, "the store's options");
}

/** @throws ImportError `OPTION_INVALID` with `name` and the option */
export function checkedOption<Output>(schema: z.ZodType<Output>, value: unknown, name: string): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(": "));
  throw new ImportError("OPTION_INVALID", `${name}: ${issues.join("; ")}`);
}

/** True for an object with such a method. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && name in value && typeof Reflect.get(value, name) === "function";
}
