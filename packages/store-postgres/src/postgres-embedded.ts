import { resolve } from "node:path";
import type { PGlite, Transaction } from "@electric-sql/pglite";
import { type Clock, ImportError } from "@fillbook/core";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import {
  type PostgresDriver,
  READING,
  type SqlRow,
  type SqlTimeouts,
  type SqlTransaction,
  WRITING,
} from "./postgres-driver.ts";
import { sqlStateOf } from "./postgres-errors.ts";
import { type Busy, onTurn, whileBusy } from "./postgres-turn.ts";

/**
 * PGlite: a PostgreSQL inside this process, in a folder that no other process may open meanwhile, or one that the host has
 * opened and keeps.
 *
 * It has one session. A transaction has it to itself; everything else waits, up to `connectMs`, as for a connection. Its
 * `lock_timeout` and `statement_timeout` do nothing, because it has no timers, so they are not set: nobody else can hold a
 * lock, and a statement blocks the whole process until it is done.
 *
 * @param load how the optional package is found
 * @throws ImportError `OPTION_INVALID` when `dataDir` is a URL; later `FEATURE_UNAVAILABLE` when the package is missing
 */
export function embeddedDriver(
  source: { readonly dataDir: string } | { readonly pglite: PGlite },
  { timeouts, clock }: { timeouts: Pick<SqlTimeouts, "connectMs">; clock: Clock },
  load: LoadPglite = () => import("@electric-sql/pglite"),
): PostgresDriver {
  const open = "pglite" in source ? () => given(source.pglite) : opener(source.dataDir, { clock, load });
  let opening: Promise<Database> | null = null;
  let closing: Promise<void> | null = null;
  const database = async () => {
    if (closing !== null) throw new ImportError("STORE_FAILED", "the store is closed");
    // A failed opening is forgotten: the folder may be free by the next use.
    opening ??= open().catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  const running = new Set<Promise<unknown>>();
  const within = (mode: string): PostgresDriver["transaction"] => {
    const onTurnOf: PostgresDriver["transaction"] = async (run) => {
      const opened = await database();
      return onTurn(clock, timeouts.connectMs, (begin) => inTransaction(opened, { clock, mode, begin, run }));
    };
    return (run) => {
      const work = onTurnOf(run).finally(() => running.delete(work));
      running.add(work);
      return work;
    };
  };
  const transaction = within(`${WRITING}, read write`);
  return {
    transaction,
    snapshot: within(READING),
    connectionsMax: 1,
    query: (text, parameters) => transaction((sql) => sql.query(text, parameters)),
    close() {
      closing ??= (async () => {
        // PGlite does not keep open for what has not reached it yet.
        await Promise.allSettled(running);
        const opened = await opening;
        await opened?.close();
      })();
      return closing;
    },
  };
}

type LoadPglite = () => Promise<Pick<typeof import("@electric-sql/pglite"), "PGlite">>;

interface Database {
  readonly pglite: PGlite;
  /** Makes a statement's parameters go in and its columns come out as the text that they are. */
  readonly asText: { readonly parsers: Converters; readonly serializers: Converters };
  close(): Promise<void>;
}

type Converters = Record<string, (text: string) => string>;

async function given(pglite: PGlite): Promise<Database> {
  // Until then it does not know its array types.
  await pglite.waitReady;
  const { parsers, serializers } = pglite;
  return {
    pglite,
    asText: { parsers: identities(parsers), serializers: identities(serializers) },
    close: async () => {},
  };
}

// What has no converter is left as text anyway.
function identities(converters: object): Converters {
  return Object.fromEntries(Object.keys(converters).map((type) => [type, (text: string) => text]));
}

function opener(dataDir: string, { clock, load }: { clock: Clock; load: LoadPglite }): () => Promise<Database> {
  if (/^[a-z][a-z0-9+-]*:\/\//i.test(dataDir))
    throw new ImportError(
      "OPTION_INVALID",
      `dataDir: ${dataDir} is a URL, not a folder; pass an open database as pglite`,
    );
  // The working directory may be another one by the first use.
  const folder = resolve(dataDir);
  return async () => {
    const { PGlite } = await loaded(load);
    const lock = await lockFolder(folder, { clock });
    const opened = await given(await openFolder(() => PGlite.create(folder), folder, lock));
    const close = async () => {
      await opened.pglite.close();
      await lock.release();
    };
    return { ...opened, close };
  };
}

async function loaded(load: LoadPglite): ReturnType<LoadPglite> {
  try {
    return await load();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    const message = "dataDir needs the package @electric-sql/pglite: npm install @electric-sql/pglite";
    throw new ImportError("FEATURE_UNAVAILABLE", message, { cause: error });
  }
}

async function openFolder(open: () => Promise<PGlite>, folder: string, lock: FolderLock): Promise<PGlite> {
  try {
    return await open();
  } catch (error) {
    await lock.release();
    throw new ImportError("STORE_FAILED", `folder ${folder} does not open as a database`, { cause: error });
  }
}

interface Turn<Result> {
  readonly clock: Clock;
  readonly mode: string;
  readonly begin: () => void;
  readonly run: (sql: SqlTransaction) => Promise<Result>;
}

async function inTransaction<Result>(database: Database, { clock, mode, begin, run }: Turn<Result>): Promise<Result> {
  let ran = false;
  try {
    return await database.pglite.transaction(async (transaction) => {
      begin();
      await transaction.exec(`set transaction ${mode}`);
      const result = await whileBusy(clock, (busy) => run(sqlOf(transaction, database, busy)));
      ran = true;
      return result;
    });
  } catch (error) {
    // A failed transaction answers COMMIT with a rollback, for example when a host caught its error in onCommit.
    if (!ran || sqlStateOf(error) !== "25P02") throw error;
    const message = "the transaction had failed before its commit and was rolled back";
    throw new ImportError("STORE_FAILED", message, { cause: error });
  }
}

function sqlOf(transaction: Transaction, { asText }: Database, busy: Busy): SqlTransaction {
  return {
    async query(text, parameters = []) {
      const { rows } = await busy(() => withoutValues(transaction.query<SqlRow>(text, [...parameters], asText)));
      return rows;
    },
    script: (text) => busy(async () => void (await transaction.exec(text))),
    host: { query: (text, parameters) => busy(() => transaction.query(text, parameters)) },
  };
}

/** PGlite hangs a statement's values on its error, where a log would print them. */
function withoutValues<Result>(answer: Promise<Result>): Promise<Result> {
  return answer.catch((error: unknown) => {
    if (error instanceof Error) for (const name of ["params", "queryOptions"]) Reflect.deleteProperty(error, name);
    throw error;
  });
}
