import { ImportError, isImportError } from "@fillbook/core";
import {
  type CommitBatch,
  type CommitResult,
  committedResult,
  onlyRecords,
  recordKeysOf,
  rejectRecords,
} from "@fillbook/core/store";
import { lockAccounts } from "./account-locks.ts";
import { callHost } from "./call-host.ts";
import { keepAnswer, keptAnswer } from "./decision-answers.ts";
import { moveCursor, renewLease, storedPage, takeFence } from "./page-fence.ts";
import type { PostgresContext } from "./postgres-context.ts";
import type { SqlTransaction } from "./postgres-driver.ts";
import { asStoreError, hostFaultOf, isDataError, sqlStateOf } from "./postgres-errors.ts";
import { retrying } from "./postgres-retry.ts";
import { planFor } from "./postgres-snapshot.ts";
import { writePlan } from "./postgres-write.ts";
import { storeCommit } from "./store-commit.ts";

/** More refused records than this in one batch are a fault of the tables and not of the records. */
const REFUSED_MAX = 50;

interface CommitOptions {
  readonly leaseMs: number | null;
  /** How long `onCommit` may take; absent leaves it to the store. */
  readonly onCommitTimeoutMs?: number;
  /** Asks only whether the database takes the batch: nothing stays written. */
  readonly rehearse?: boolean;
  /** An operator's tool asks for no answer again, and leaves a right book as it is, row by row. */
  readonly keepsAnswer?: false;
}

/**
 * One batch in one transaction. Where the database refuses a value that core let pass, the records that hold it become
 * rejects and the rest is committed.
 */
export async function commitBatch(
  context: PostgresContext,
  batch: CommitBatch,
  options: CommitOptions,
): Promise<CommitResult> {
  try {
    return await commitOnce(context, batch, options);
  } catch (error) {
    const cause = refusal(error);
    if (cause === null || batch.run === null) throw error;
    const refused = await refusedRecords(context, batch, cause);
    const reason = `the database refuses the record (SQLSTATE ${sqlStateOf(cause)})`;
    return commitOnce(context, rejectRecords(batch, new Set(refused), reason), options);
  }
}

/** The keys of the records without which the batch would pass, found by halving: about 2 log n rehearsals for one. */
async function refusedRecords(context: PostgresContext, batch: CommitBatch, cause: Error): Promise<readonly string[]> {
  const refused: string[] = [];
  const search = async (keys: readonly string[]): Promise<void> => {
    if (await passes(context, onlyRecords(batch, new Set(keys)))) return;
    if (keys.length === 0 || refused.length === REFUSED_MAX) throw asStoreError(cause);
    const [only, ...rest] = keys;
    if (only !== undefined && rest.length === 0) {
      refused.push(only);
      return;
    }
    const middle = Math.ceil(keys.length / 2);
    await search(keys.slice(0, middle));
    await search(keys.slice(middle));
  };
  // Without any record it must pass, or the fault lies elsewhere.
  await search([]);
  await search(recordKeysOf(batch));
  return refused;
}

async function passes(context: PostgresContext, batch: CommitBatch): Promise<boolean> {
  try {
    await commitOnce(context, batch, { leaseMs: null, rehearse: true });
    return true;
  } catch (error) {
    if (refusal(error) === null) throw error;
    return false;
  }
}

function refusal(error: unknown): Error | null {
  const cause = isImportError(error) ? error.cause : error;
  return cause instanceof Error && isDataError(cause) ? cause : null;
}

async function commitOnce(context: PostgresContext, batch: CommitBatch, options: CommitOptions): Promise<CommitResult> {
  const rehearsed: { result: CommitResult | null } = { result: null };
  const attempt = () =>
    context.driver.transaction(async (sql) => {
      const result = await commitWithin(sql, context, { batch, options });
      if (options.rehearse !== true) return result;
      rehearsed.result = result;
      throw new ImportError("ABORTED", "a rehearsal is rolled back");
    });
  try {
    return await retrying(context.clock, attempt);
  } catch (error) {
    if (rehearsed.result !== null) return rehearsed.result;
    if (hostFaultOf(error) === null) throw error;
    return written(context, batch, error);
  }
}

/** What is stored although `onCommit` failed: a hook that commits has committed the batch too. */
async function written(context: PostgresContext, batch: CommitBatch, error: unknown): Promise<CommitResult> {
  const { driver, tables } = context;
  const read = () =>
    driver.snapshot(async (sql) => (await storedPage(sql, tables, batch)) ?? keptAnswer(sql, tables, batch));
  const stored = await read().catch((cause: unknown) => {
    throw new ImportError("STORE_FAILED", "onCommit failed, and what it left could not be read", { cause });
  });
  if (stored?.kind !== "committed") throw error;
  return {
    ...stored,
    fault: "onCommit ended the transaction itself: everything is stored, but not as one with its own rows",
  };
}

async function commitWithin(
  sql: SqlTransaction,
  { tables, onCommit, onCommitTimeoutMs, clock }: PostgresContext,
  { batch, options }: { batch: CommitBatch; options: CommitOptions },
): Promise<CommitResult> {
  const earlier = await takeFence(sql, tables, batch);
  if (earlier !== null) {
    if (earlier.kind === "committed") await renewLease(sql, tables, { run: batch.run, leaseMs: options.leaseMs });
    return earlier;
  }
  await lockAccounts(sql, tables, batch);
  const kept = await keptAnswer(sql, tables, batch);
  if (kept !== null) return kept;
  const { answer, snapshot } = await planFor(sql, tables, batch);
  if (answer.kind === "stale") return answer;
  const planned = { batch, plan: answer.plan, snapshot };
  await writePlan(sql, tables, planned);
  await moveCursor(sql, tables, { planned, leaseMs: options.leaseMs });
  const result = committedResult(planned.plan);
  if (options.keepsAnswer !== false) await keepAnswer(sql, tables, { batch, answer: result });
  if (onCommit === null || options.rehearse === true) return result;
  const timeoutMs = Math.min(onCommitTimeoutMs, options.onCommitTimeoutMs ?? onCommitTimeoutMs);
  await callHost(sql, storeCommit(planned), { onCommit, timeoutMs, clock });
  return result;
}
