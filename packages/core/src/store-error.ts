import { ImportError, isImportError } from "./import-error.ts";

/** A store's failure as `STORE_FAILED`, so that it never counts against the broker. */
export function storeError(what: string, cause: unknown): ImportError {
  return isImportError(cause) ? cause : new ImportError("STORE_FAILED", `the store failed: ${what}`, { cause });
}

/** Calls the store; whatever it throws becomes a {@link storeError}. */
export async function inStore<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (cause) {
    throw storeError(what, cause);
  }
}
