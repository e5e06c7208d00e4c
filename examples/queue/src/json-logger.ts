import type { Logger } from "@fillbook/core";

/** One JSON line for each call. A host that has pino passes pino instead: its methods are the same. */
export function jsonLogger(write: (line: string) => void): Logger {
  const log = (level: string) => (data: object, message: string) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...data })}\n`);
  return { debug: () => undefined, info: log("info"), warn: log("warn"), error: log("error") };
}
