import type { Json } from "./json.ts";
import type { CommitStats } from "./plan/commit-batch.ts";
import type { RunStats } from "./read-types.ts";
import { noStats } from "./store-contract.ts";

/** What a run has committed so far. */
export interface RunTally {
  readonly stats: RunStats;
  /** The cursor of the last committed page. */
  readonly cursor: Json;
  add(stats: CommitStats, cursor: Json): void;
}

export function runTally(cursorBefore: Json): RunTally {
  let stats = noStats;
  let cursor = cursorBefore;
  return {
    get stats() {
      return stats;
    },
    get cursor() {
      return cursor;
    },
    add(page, next) {
      stats = addStats(stats, page);
      cursor = next;
    },
  };
}

/** Statistics of a run after one more page. A store adds the same to its job. */
export function addStats(stats: RunStats, page: CommitStats): RunStats {
  return {
    pages: stats.pages + 1,
    fetched: stats.fetched + page.fetched,
    inserted: stats.inserted + page.inserted,
    updated: stats.updated + page.updated,
    duplicates: stats.duplicates + page.duplicates,
    corrected: stats.corrected + page.corrected,
    canceled: stats.canceled + page.canceled,
    conflicts: stats.conflicts + page.conflicts,
    ignored: stats.ignored + page.ignored,
    rejected: stats.rejected + page.rejected,
    canonicalChanges: stats.canonicalChanges + page.canonicalChanges,
    tradesTouched: stats.tradesTouched + page.tradesTouched,
    pendingReview: stats.pendingReview + page.pendingReview,
  };
}
