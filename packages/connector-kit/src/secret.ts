/** A credential that prints as `[secret]` wherever it is logged, serialized or inspected. */
export interface Secret {
  /** The value itself. Call it only where the value leaves for the broker. */
  reveal(): string;
  toString(): typeof MASK;
  toJSON(): typeof MASK;
}

const MASK = "[secret]";

/**
 * Wraps a credential. The value lives in a closure, so `util.inspect` finds nothing even with `showHidden`.
 *
 * @example
 * const apiSecret = secret("hunter2");
 * String(apiSecret); // "[secret]"
 */
export function secret(value: string): Secret {
  const mask = (): typeof MASK => MASK;
  const wrapped = {
    reveal: () => value,
    toString: mask,
    toJSON: mask,
    [Symbol.for("nodejs.util.inspect.custom")]: mask,
  };
  return Object.freeze(wrapped);
}

/** The text with every secret in it replaced by `[secret]`; for a broker's own words, which may echo a credential. */
export function redact(text: string, secrets: readonly Secret[]): string {
  let redacted = text;
  for (const hidden of secrets) {
    const value = hidden.reveal();
    if (value !== "") redacted = redacted.replaceAll(value, MASK);
  }
  return redacted;
}
