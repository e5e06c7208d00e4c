import type { Logger } from "@fillbook/core";

/** A logger that keeps all it is told. */
export function recordingLogger(logged: unknown[]): Logger {
  const log = (data: object, message: string) => {
    logged.push(data, message);
  };
  return { debug: log, info: log, warn: log, error: log };
}
