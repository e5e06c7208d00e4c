import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { freePort } from "./free-port.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL of this run alone, or the one that TEST_DATABASE_URL names. */
    readonly databaseUrl: string;
    /** True when every kill point is to be tried, which takes minutes, and not a sample of them. */
    readonly wholeCrashMatrix: boolean;
  }
}

/** What the server's process says once: it accepts connections, or why it does not. */
export type ServerMessage = { readonly kind: "started" } | { readonly kind: "failed"; readonly message: string };

const STARTS_MAX = 3;

/** Starts the database for all tests of the project, before the first of them. Answers with what stops it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  project.provide("wholeCrashMatrix", process.env.CRASH_MATRIX === "whole");
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined && given !== "") {
    project.provide("databaseUrl", given);
    return async () => {};
  }
  const { port, server } = await startServer(1);
  project.provide("databaseUrl", `postgres://postgres:postgres@127.0.0.1:${port}/postgres`);
  return async () => {
    server.disconnect();
    await once(server, "exit");
  };
}

/**
 * The server lives under a process of its own, which stops it and removes its folder as soon as this one lets go: at the
 * end, after Ctrl-C, and when this process is killed.
 */
async function startServer(attempt: number): Promise<{ port: number; server: ChildProcess }> {
  const port = await freePort();
  const script = fileURLToPath(new URL("server-process.ts", import.meta.url));
  // Detached, so that Ctrl-C does not reach PostgreSQL before the tests are done.
  const server = fork(script, [String(port)], { detached: true, execArgv: [], stdio: ["ignore", "ignore", 2, "ipc"] });
  const message = await Promise.race([
    once(server, "message").then(([said]: ServerMessage[]) => said),
    once(server, "exit").then(() => undefined),
  ]);
  if (message?.kind === "started") return { port, server: released(server) };
  // Somebody else may have taken the port meanwhile.
  if (attempt < STARTS_MAX) return startServer(attempt + 1);
  throw new Error(`PostgreSQL did not start: ${message?.message ?? "its process ended"}`);
}

/** A run that ends without teardown must not wait for its server. */
function released(server: ChildProcess): ChildProcess {
  server.unref();
  server.channel?.unref();
  return server;
}
