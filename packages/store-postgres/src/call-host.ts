import { ImportError } from "@fillbook/core";
import type { PostgresContext } from "./postgres-context.ts";
import type { SqlTransaction } from "./postgres-driver.ts";
import { isTransient } from "./postgres-errors.ts";
import type { StoreCommit } from "./store-commit.ts";

/** Runs the host's hook. What it does to the transaction itself, such as a rollback, must not pass for a commit. */
export async function callHost(
  sql: SqlTransaction,
  onCommit: NonNullable<PostgresContext["onCommit"]>,
  commit: StoreCommit,
): Promise<void> {
  await sql.script("savepoint fillbook_host");
  try {
    await onCommit(sql.host, commit);
    // Fails where the host ended our transaction or left it failed.
    await sql.script("release savepoint fillbook_host");
  } catch (error) {
    if (isTransient(error)) throw error;
    // One level deeper than a refusal of our own statements: the host's error says nothing about the records.
    const cause = new Error("onCommit threw, or ended the transaction", { cause: error });
    throw new ImportError("STORE_FAILED", "onCommit failed, so nothing of this page was written", { cause });
  }
}
