import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A worker in a process of its own, as `pnpm start` starts it. */
export interface WorkerProcess {
  readonly lines: readonly LogLine[];
  /** Resolves when the condition holds for the lines so far; rejects when the process ends before. */
  until(holds: (lines: readonly LogLine[]) => boolean): Promise<void>;
  /** Sends the signal and answers with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export type LogLine = Readonly<Record<string, unknown>>;

export function startWorkerProcess(environment: Readonly<Record<string, string>>): WorkerProcess {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [main], {
    env: { PATH, ...environment },
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
      while (!holds(lines)) await Promise.race([once(reader, "line"), ended.then(() => refuseEnded(child))]);
    },
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

function refuseEnded({ exitCode, signalCode }: ChildProcess): never {
  throw new Error(`the worker ended with ${exitCode ?? signalCode}`);
}
