import { type Clock, ImportError } from "@fillbook/core";
import type { HostTransaction, SqlTransaction } from "./postgres-driver.ts";
import { HostFault, isTransient } from "./postgres-errors.ts";
import type { StoreCommit } from "./store-commit.ts";

export type OnCommit = (transaction: HostTransaction, commit: StoreCommit) => Promise<void>;

/** Runs the host's hook. What it does to the transaction itself, such as a rollback, must not pass for a commit. */
export async function callHost(
  sql: SqlTransaction,
  commit: StoreCommit,
  hook: { readonly onCommit: OnCommit; readonly timeoutMs: number; readonly clock: Clock },
): Promise<void> {
  await sql.script("savepoint fillbook_host");
  try {
    await settled(() => hook.onCommit(sql.host, commit), hook);
    // Fails where the host ended our transaction or left it failed.
    await sql.script("release savepoint fillbook_host");
  } catch (error) {
    if (isTransient(error)) throw error;
    // One level deeper than a refusal of our own statements: the host's error says nothing about the records.
    const cause = error instanceof HostFault ? error : new HostFault("onCommit threw, or ended the transaction", error);
    throw new ImportError("STORE_FAILED", "onCommit failed, so nothing of this page was written", { cause });
  }
}

/** The hook's end, or a fault where it does not come in time. It may go on then, on a connection that nobody uses any more. */
async function settled(
  call: () => Promise<void>,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<void> {
  const done = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const overdue = () => reject(new HostFault(`onCommit did not settle within ${timeoutMs} ms`, undefined));
    clock.sleep(timeoutMs, done.signal).then(overdue, () => undefined);
  });
  try {
    await Promise.race([call(), late]);
  } finally {
    done.abort();
  }
}
