/** One row: each column as the database's own text, null for SQL null. Nothing is turned into floats or dates. */
export type SqlRow = Readonly<Record<string, string | null>>;

/** Parameters are text too; the statement casts them (`$1::timestamptz[]`). */
export type SqlParameters = readonly (string | null)[];

export interface Sql {
  query(text: string, parameters?: SqlParameters): Promise<readonly SqlRow[]>;
}

/** An open transaction. */
export interface SqlTransaction extends Sql {
  /** Several statements without parameters, as migrations have them. */
  script(text: string): Promise<void>;
  /** The same transaction for the host's own statements, with the driver's usual types. */
  readonly host: HostTransaction;
}

/** What a host's `onCommit` writes with. A client of `pg` or a transaction of PGlite. */
export interface HostTransaction {
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** One way to reach a PostgreSQL: a pool of connections to a server, or an embedded one. */
export interface PostgresDriver extends Sql {
  /**
   * Runs in one read committed transaction; whatever is thrown rolls it back. Waits for locks, statements and an idle
   * transaction are bounded. When it resolves, the commit is durable as far as the database promises; when it throws after
   * `run` resolved, the commit may have happened or not.
   */
  transaction<Result>(run: (sql: SqlTransaction) => Promise<Result>): Promise<Result>;
  /** Runs statements that see one moment and write nothing; bounded as a transaction is. */
  snapshot<Result>(read: (sql: Sql) => Promise<Result>): Promise<Result>;
  /** How many transactions there can be at once. */
  readonly connectionsMax: number;
  /** Closes what the driver itself opened. */
  close(): Promise<void>;
}

/** How long the database may take, in milliseconds. */
export interface SqlTimeouts {
  readonly connectMs: number;
  readonly lockMs: number;
  readonly statementMs: number;
}

/** How long a transaction may sit between two statements before the server ends it: a stopped process holds locks. */
const IDLE_IN_TRANSACTION_MS = 30_000;

export const WRITING = "isolation level read committed";
export const READING = "isolation level repeatable read, read only";

/** Opens a transaction; one round trip. `set local` so that a host's pool gets its connections back as they were. */
export function beginScript(mode: typeof WRITING | typeof READING, { lockMs, statementMs }: SqlTimeouts): string {
  return [
    `begin ${mode}`,
    `set local lock_timeout = ${lockMs}`,
    `set local statement_timeout = ${statementMs}`,
    "set local array_nulls = on",
    `set local idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`,
  ].join("; ");
}
