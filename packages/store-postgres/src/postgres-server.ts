import { type Clock, ImportError } from "@fillbook/core";
import type { Pool, PoolClient, QueryConfig } from "pg";
import {
  beginScript,
  type PostgresDriver,
  READING,
  type Sql,
  type SqlParameters,
  type SqlRow,
  type SqlTimeouts,
  type SqlTransaction,
  WRITING,
} from "./postgres-driver.ts";
import { hostFaultOf, isLostConnection } from "./postgres-errors.ts";

/** How much longer than the server's own limit an answer may take before the connection counts as dead. */
const NETWORK_GRACE_MS = 5_000;

/** A server, through a pool. */
export function serverDriver(
  pool: Pool,
  { timeouts, clock, close }: { timeouts: SqlTimeouts; clock: Clock; close: () => Promise<void> },
): PostgresDriver {
  const answerMs = timeouts.statementMs + NETWORK_GRACE_MS;
  const connect = () => connectWithin(pool, timeouts.connectMs, clock);
  const within = (mode: Parameters<typeof beginScript>[0]): PostgresDriver["transaction"] => {
    return async (run) => {
      const client = await connect();
      return usingClient(client, () => inTransaction(client, { begin: beginScript(mode, timeouts), answerMs, run }));
    };
  };
  return {
    async query(text, parameters) {
      const client = await connect();
      return usingClient(client, () => sqlOf(client, answerMs).query(text, parameters));
    },
    transaction: within(WRITING),
    snapshot: within(READING),
    // A host's pool may only look like one of pg.
    connectionsMax: pool.options?.max ?? 1,
    close,
  };
}

async function inTransaction<Result>(
  client: PoolClient,
  options: { begin: string; answerMs: number; run: (sql: SqlTransaction) => Promise<Result> },
): Promise<Result> {
  const { begin, answerMs, run } = options;
  const script = async (text: string) => void (await client.query(timed({ text }, answerMs)));
  try {
    await script(begin);
    const result = await run({ ...sqlOf(client, answerMs), script, host: client });
    const { command } = await client.query(timed({ text: "commit" }, answerMs));
    // A failed transaction answers COMMIT with a rollback and no error, for example when a host caught one in onCommit.
    if (command !== "COMMIT")
      throw new ImportError("STORE_FAILED", "the transaction had failed before its commit and was rolled back");
    return result;
  } catch (error) {
    if (!isInDoubt(error)) await script("rollback");
    throw error;
  }
}

/** Gives the client back, or throws it away when its connection is in doubt. */
async function usingClient<Result>(client: PoolClient, work: () => Promise<Result>): Promise<Result> {
  // Without a listener a connection that breaks between two statements would end the process.
  let broken: Error | null = null;
  const onError = (error: Error) => {
    broken = error;
  };
  client.on("error", onError);
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && isInDoubt(error)) broken = error;
    throw error;
  } finally {
    client.removeListener("error", onError);
    if (broken !== null) client.on("error", ignoreLateError);
    client.release(broken ?? undefined);
  }
}

function isInDoubt(error: unknown): boolean {
  return isLostConnection(error) || hostFaultOf(error) !== null;
}

// A client that was thrown away may report its broken connection once more; the work has failed with it already.
function ignoreLateError(): void {}

function sqlOf(client: PoolClient, answerMs: number): Sql {
  return {
    async query(text: string, parameters: SqlParameters = []): Promise<readonly SqlRow[]> {
      const values = [...parameters];
      const types = { getTypeParser: () => asText };
      const result = await client.query<SqlRow>(timed({ text, values, types }, answerMs));
      return result.rows;
    },
  };
}

// The driver takes this option by query too, though its types name it by client only.
function timed(query: QueryConfig, answerMs: number): QueryConfig & { readonly query_timeout: number } {
  return { ...query, query_timeout: answerMs };
}

function asText(value: string): string {
  return value;
}

async function connectWithin(pool: Pool, connectMs: number, clock: Clock): Promise<PoolClient> {
  const waiting = new AbortController();
  const connecting = pool.connect();
  const timeout = clock.sleep(connectMs, waiting.signal).then(() => {
    connecting.then((client) => client.release()).catch(ignoreLateError);
    throw new ImportError("STORE_FAILED", `no database connection was free within ${connectMs} ms`);
  });
  try {
    return await Promise.race([connecting, timeout]);
  } finally {
    timeout.catch(ignoreLateError);
    waiting.abort();
  }
}
