/** A logger with pino's argument order: data first, then the message. `console` is not one; pino is. */
export interface Logger {
  /** What only somebody who looks for a fault wants to read. */
  debug(data: object, message: string): void;
  /** What happened as it should. */
  info(data: object, message: string): void;
  /** What went wrong and is dealt with. */
  warn(data: object, message: string): void;
  /** What went wrong and is left to the host. */
  error(data: object, message: string): void;
}

/** Drops everything: the default. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
