import { DatabaseError, type Pool, type PoolConfig } from "pg";
import { testDatabaseUrl, testPool } from "./database.ts";

/** One statement on its way. Numbers count from 1, over all connections of the pool, since it was watched. */
export interface FaultStatement {
  readonly number: number;
  readonly text: string;
  /** Sends another statement over the same connection, unseen. */
  readonly beside: (text: string) => Promise<readonly Record<string, unknown>[]>;
}

/** What happens to statements. What it throws is what the sender of the statement gets. */
export interface FaultWatch {
  /** Before the statement is sent. */
  before?(statement: FaultStatement): Promise<void> | void;
  /** When the server has answered, and nobody has heard it yet. */
  after?(statement: FaultStatement): Promise<void> | void;
}

export interface FaultPool {
  readonly pool: Pool;
  /** The texts of the statements since it was watched. */
  readonly texts: readonly string[];
  /** Counts from 1 again, and asks this watch from now on. */
  watch(watch: FaultWatch): void;
  /** Whether the limit that the driver sets to an answer is over after milliseconds. Without one it is waited for ever. */
  hurry(hurried: boolean): void;
}

/** How long an answer is waited for when there will be none. */
const HOPELESS_MS = 50;

type Query = (...parameters: unknown[]) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

/** A pool whose statements can be counted and fail. It ends with the test. */
export function faultPool(url: string = testDatabaseUrl(), options: PoolConfig = {}): FaultPool {
  const pool = testPool(url, options);
  const texts: string[] = [];
  let current: FaultWatch = {};
  let hurried = false;
  pool.on("connect", (client) => {
    const send = client.query.bind(client) as unknown as Query;
    const beside = async (text: string) => (await send(text)).rows;
    const query: Query = async (...parameters) => {
      const watch = current;
      const statement = { number: texts.push(textOf(parameters[0])), text: textOf(parameters[0]), beside };
      await watch.before?.(statement);
      const result = await send(...(hurried ? parameters.map(shortened) : parameters));
      await watch.after?.(statement);
      return result;
    };
    Object.assign(client, { query });
  });
  return {
    pool,
    texts,
    watch(watch) {
      texts.length = 0;
      current = watch;
    },
    hurry(isHurried) {
      hurried = isHurried;
    },
  };
}

function shortened(query: unknown): unknown {
  if (typeof query !== "object" || query === null || !("query_timeout" in query)) return query;
  return { ...query, query_timeout: HOPELESS_MS };
}

/** An error as the driver throws it when the server raises this SQLSTATE. */
export function databaseError(code: string): Error {
  return Object.assign(new DatabaseError(`injected ${code}`, 0, "error"), { code, severity: "ERROR" });
}

/** The error that the driver throws when a connection ends before its answer. */
export function lostConnection(): Error {
  return new Error("Connection terminated unexpectedly");
}

function textOf(query: unknown): string {
  if (typeof query === "object" && query !== null && "text" in query) return String(query.text);
  return String(query);
}
