import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The server in a process of its own, as `pnpm start` starts it. */
export interface ServerProcess {
  /** What it has written so far, both streams. */
  readonly output: () => string;
  /** The text that the pattern finds first in the output; rejects when the process ends before. */
  find(pattern: RegExp): Promise<string>;
  ended(): Promise<number | null>;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export function startServerProcess(environment: Readonly<Record<string, string>>): ServerProcess {
  const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [main], { env: { PATH, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  // "close" comes when the streams have ended too.
  const closed = once(child, "close");
  const ended = async () => {
    await closed;
    return child.exitCode;
  };
  return {
    output: () => output,
    ended,
    async find(pattern) {
      for (;;) {
        const text = pattern.exec(output)?.[1];
        if (text !== undefined) return text;
        if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: ${output}`);
        await Promise.race([once(child.stdout, "data"), closed]);
      }
    },
    end(signal) {
      child.kill(signal);
      return ended();
    },
  };
}
