import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

type LogLine = Readonly<Record<string, unknown>>;

/** A worker in a process of its own, as `pnpm start` starts it. */
export interface WorkerProcess {
  readonly lines: readonly LogLine[];
  /** Resolves when the condition holds for the lines so far; rejects when the process ends before. */
  until(holds: (lines: readonly LogLine[]) => boolean): Promise<void>;
  /** Sends the signal; answers with the exit code, or with the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Where node keeps what it compiled: a process starts in half the time. */
const compileCache = fileURLToPath(new URL("../node_modules/.cache/node", import.meta.url));

export function startWorkerProcess(environment: Readonly<Record<string, string>>): WorkerProcess {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: LogLine[] = [];
  const reader = createInterface({ input: child.stdout });
  // Each line is JSON of the worker's own logger; anything else fails the test here.
  reader.on("line", (line) => void lines.push(JSON.parse(line) as LogLine));
  const ended = once(child, "exit");
  return {
    lines,
    async until(holds) {
      while (!holds(lines)) {
        const over = await Promise.race([once(reader, "line").then(() => false), ended.then(() => true)]);
        if (over) throw new Error(`the worker ended with ${child.exitCode ?? child.signalCode}`);
      }
    },
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode ?? child.signalCode;
    },
  };
}
