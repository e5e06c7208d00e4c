import { Pool } from "pg";
import { startEmbedded } from "../test/support/embedded-server.ts";
import { freePort } from "../test/support/free-port.ts";

/**
 * Runs the work on a PostgreSQL of its own, with the settings that a server has by default: every commit waits for the disk.
 * The pool holds one connection, so that whatever is measured beside the store goes through the same one.
 */
export async function withServer<Result>(work: (pool: Pool) => Promise<Result>): Promise<Result> {
  const port = await freePort();
  const server = await startEmbedded(port);
  try {
    const pool = new Pool({ connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, max: 1 });
    // The server's end may overtake the goodbye of the pool's connection.
    pool.on("error", () => {});
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
}
