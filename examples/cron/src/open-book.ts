import { ibkrFlex } from "@fillbook/connector-ibkr";
import { kraken } from "@fillbook/connector-kraken";
import { createFillbook, type Fillbook, type Logger } from "@fillbook/core";
import { aesVault } from "@fillbook/core/node";
import { postgresStore } from "@fillbook/store-postgres";

export interface OpenBook {
  readonly book: Fillbook;
  close(): Promise<void>;
}

/**
 * The book of a real host: its database, and connections that people made in its app. The vault opens what the app's
 * vault sealed, so both have the same key.
 */
export async function openBook(options: {
  readonly databaseUrl: string;
  readonly vaultKey: string | null;
  readonly logger: Logger;
}): Promise<OpenBook> {
  const { databaseUrl, vaultKey, logger } = options;
  if (vaultKey === null) throw new Error("FILLBOOK_VAULT_KEY is missing: the key that the app seals credentials with");
  const vault = aesVault({ keys: [{ id: "main", key: vaultKey }], primary: "main" });
  const store = postgresStore({ url: databaseUrl });
  await store.migrate();
  const book = createFillbook({ store, connectors: [kraken(), ibkrFlex()], vault, logger });
  return {
    book,
    async close() {
      await book.close();
      await store.close();
    },
  };
}
