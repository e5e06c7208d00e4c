import type { BookStore } from "@fillbook/core/store";

/**
 * The store as if it were in another process: every argument and every result goes through JSON text. What passes the
 * suite behind it also fits hosts whose transactions are server-side functions.
 */
export function remoteStore(store: BookStore): BookStore {
  const methods = Object.entries(store).map(([name, method]) => {
    if (typeof method !== "function")
      throw new TypeError(`a store is a plain object of functions, but ${name} is none`);
    const call = method as (...parameters: unknown[]) => Promise<unknown>;
    return [name, async (...parameters: unknown[]) => throughJson(await call(...parameters.map(throughJson)))];
  });
  // The same names as the store's, each with the same arguments and results.
  return Object.fromEntries(methods) as unknown as BookStore;
}

function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
