import type { Clock } from "./clock.ts";
import { decisionBatch, scopesOfKeys } from "./decision-batch.ts";
import { ImportError } from "./import-error.ts";
import type { CommitBatch } from "./plan/commit-batch.ts";
import type { BlockedFill, UndoneFill, UndoOutcome } from "./plan/undo-import.ts";
import type { Job } from "./read-types.ts";
import type { BookStore, JobRecord } from "./store-contract.ts";

/** Fills of an undo: how many, and the first 200 of them. */
export interface UndoList<Fill> {
  /** All of them, also those that are not among `items`. */
  readonly count: number;
  /** The first 200, by their ids. */
  readonly items: readonly Fill[];
}

/** What an undo did, and what it left and why. */
export interface UndoReport {
  /** The job that was to be undone. */
  readonly jobId: string;
  /**
   * `nothing_left`: nothing that the job stored could be undone, or all of it was. `running`: the job is not over, so
   * nothing was touched.
   */
  readonly status: "undone" | "nothing_left" | "running";
  /** Fills that count no more, or count as they did before the job. */
  readonly reversed: UndoList<UndoneFill>;
  /** Fills that stay because somebody reviewed them. */
  readonly kept: UndoList<UndoneFill>;
  /** Fills that stay because other imports stand on them. */
  readonly blocked: UndoList<BlockedFill>;
}

/** What a person does about whole imports. */
export interface UserImports {
  /**
   * Takes back what a finished job imported: its reports and cancels count no more, as if it had not run. Reviewed fills stay,
   * and so do fills that a later import told of. The connection's cursor stays too: what was undone comes back when a run
   * reads its window again, such as a backfill, and is new then.
   *
   * A large job is undone in parts; where the process dies between two, calling again goes on. A second call does
   * nothing more and says so.
   *
   * @throws ImportError `JOB_NOT_FOUND`.
   * @example
   * const { reversed, kept, blocked } = await book.forUser(userId).undoImport(jobId);
   */
  undoImport(jobId: string): Promise<UndoReport>;
}

/** Records that one commit undoes. */
const RECORDS_A_PART = 200;
const ITEMS_MAX = 200;

interface ImportsParts {
  readonly userId: string;
  readonly actor: string;
  readonly store: Pick<BookStore, "job" | "jobRecords" | "commit">;
  readonly clock: Clock;
}

export function userImports(parts: ImportsParts): UserImports {
  const { userId, store } = parts;
  return {
    async undoImport(jobId) {
      const job = await store.job(userId, jobId);
      if (job === null) throw new ImportError("JOB_NOT_FOUND", `there is no job ${jobId}`);
      const outcomes: UndoOutcome[] = [];
      if (job.status === "running") return undoReport(jobId, "running", outcomes);
      let after: { readonly after?: string } = {};
      for (;;) {
        const { items, next } = await store.jobRecords(userId, { jobId, limit: RECORDS_A_PART, ...after });
        if (items.length > 0) outcomes.push(await undoPart(parts, job, items));
        if (next === null) break;
        after = { after: next };
      }
      const isUndone = outcomes.some(({ reportCount, cancelCount }) => reportCount + cancelCount > 0);
      return undoReport(jobId, isUndone ? "undone" : "nothing_left", outcomes);
    },
  };
}

async function undoPart(
  { userId, actor, store, clock }: ImportsParts,
  job: Job,
  records: readonly JobRecord[],
): Promise<UndoOutcome> {
  const batch = decisionBatch({ owner: userId, by: actor, clock, accounts: [] });
  const { id: jobId, connectionId } = job;
  const families = records.flatMap((record) => (record.kind === "family" ? [record.familyKey] : []));
  const cancels = records.flatMap((record) => (record.kind === "cancel" ? [record] : []));
  const accounts = scopesOfKeys([
    ...families,
    ...cancels.flatMap((one) => [one.familyKey ?? [], one.aliasKeys].flat()),
  ]);
  const undo = { jobId, connectionId, id: crypto.randomUUID(), families, cancels };
  const result = await store.commit({ ...batch, accounts, undo } satisfies CommitBatch);
  if (result.kind !== "committed" || result.undo === undefined)
    throw new ImportError("STORE_FAILED", `the store answered an undo with ${result.kind} and without its outcome`);
  return result.undo;
}

function undoReport(jobId: string, status: UndoReport["status"], outcomes: readonly UndoOutcome[]): UndoReport {
  return {
    ...{ jobId, status },
    reversed: listOf(outcomes.flatMap(({ reversed }) => reversed)),
    kept: listOf(outcomes.flatMap(({ kept }) => kept)),
    blocked: listOf(outcomes.flatMap(({ blocked }) => blocked)),
  };
}

// A fill of several families may stand in several parts.
function listOf<Fill extends UndoneFill>(fills: readonly Fill[]): UndoList<Fill> {
  const byId = [...new Map(fills.map((fill) => [fill.id, fill])).values()];
  return { count: byId.length, items: byId.slice(0, ITEMS_MAX) };
}
