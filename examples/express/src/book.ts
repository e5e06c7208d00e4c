import { type Clock, createFillbook, type Fillbook, type FillbookEvent, type Logger } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import type { OpenDatabase } from "./database.ts";
import { tradePlansOf } from "./plans.ts";

/** What the book of this app is made of, beside its database. */
export interface BookParts {
  readonly vaultKey: string;
  readonly connectors: readonly AnyConnector[];
  readonly logger: Logger;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
  readonly onEvent?: (event: FillbookEvent) => void;
}

/** Opens the book over the app's own database, migrated. */
export async function openBook(database: OpenDatabase, { vaultKey, ...parts }: BookParts): Promise<Fillbook> {
  const { store } = database;
  await store.migrate();
  // To change the key, put the new one first under an id of its own, keep the old one, and call `book.rotateKeys()`.
  const vault = aesVault({ keys: [{ id: "main", key: vaultKey }], primary: "main" });
  return createFillbook({ store, vault, tradePlans: tradePlansOf(database), ...parts });
}
