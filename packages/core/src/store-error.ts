import { ImportError, isImportError } from "./import-error.ts";

/** A store's failure as `STORE_FAILED`, so that it never counts against the broker. */
export function storeError(what: string, cause: unknown): ImportError {
  return isImportError(cause) ? cause : new ImportError("STORE_FAILED", `the store failed: ${what}`, { cause });
}

/** The store as a person's book uses it: whatever its methods throw becomes a {@link storeError}. */
export function guardedStore<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return (...parameters: unknown[]) =>
        inStore(`${String(name)} failed`, async () => Reflect.apply(method, target, parameters));
    },
  });
}

/** Calls the store; whatever it throws becomes a {@link storeError}. */
export async function inStore<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    throw storeError(what, cause);
  }
}
