import { mkdir } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { type PostgresStore, postgresStore } from "@fillbook/store-postgres";
import { embeddedStore } from "@fillbook/store-postgres/embedded";
import { Pool } from "pg";
import { lockFolder } from "./folder-lock.ts";

/** What users and sessions are kept with. A pool of `pg` fits, and an open PGlite. */
export interface Database {
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** One database for Fillbook's tables and ours. */
export interface OpenDatabase extends Database {
  /** Fillbook's store in the same database. */
  readonly store: PostgresStore;
  close(): Promise<void>;
}

export function openDatabase(at: {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}): Promise<OpenDatabase> {
  return at.databaseUrl === null ? openEmbedded(at.dataDir) : openServer(at.databaseUrl);
}

async function openServer(connectionString: string): Promise<OpenDatabase> {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: 10_000 });
  // An idle connection that the server ends is replaced on the next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  return {
    store: postgresStore({ pool }),
    query: (text, parameters) => pool.query(text, parameters),
    close: () => pool.end(),
  };
}

async function openEmbedded(dataDir: string): Promise<OpenDatabase> {
  await mkdir(dataDir, { recursive: true });
  // Two processes on one folder would ruin it, and PGlite does not notice.
  const unlock = await lockFolder(dataDir);
  const pglite = await PGlite.create(`${dataDir}/database`);
  return {
    store: embeddedStore({ pglite }),
    query: (text, parameters) => pglite.query(text, parameters),
    async close() {
      await pglite.close();
      await unlock();
    },
  };
}
