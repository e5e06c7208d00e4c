import { ImportError } from "./import-error.ts";

/** What a store throws when an account would get a second sole connection. */
export function accountConnected(connectionId: string): ImportError {
  const message =
    `connection ${connectionId} reads this account through this connector already: ` +
    "use it, disconnect it, or ask for a second one with allowSecond";
  return new ImportError("ACCOUNT_CONNECTED", message, { connectionId });
}
