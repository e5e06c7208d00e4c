import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@fillbook/core";
import type { TestProject } from "vitest/node";
import { openBook } from "../../src/book.ts";
import { openDatabase } from "../../src/database.ts";
import { createTables } from "../../src/tables.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A data folder whose database has all tables and no rows. */
    templateDir: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const templateDir = await mkdtemp(join(tmpdir(), "fillbook-express-template-"));
  const database = await openDatabase({ databaseUrl: null, dataDir: templateDir });
  await createTables(database);
  const vaultKey = Buffer.alloc(32).toString("base64");
  const book = await openBook(database, { vaultKey, connectors: [], logger: silentLogger });
  await book.close();
  await database.close();
  project.provide("templateDir", templateDir);
  return () => rm(templateDir, { recursive: true, force: true });
}
