import type { Coverage } from "./coverage.ts";
import type { Json } from "./json.ts";
import type { CommitStats } from "./plan/commit-batch.ts";
import type { RunStats } from "./read-types.ts";

/** Statistics of a run that committed nothing yet. */
export const noStats: RunStats = {
  pages: 0,
  fetched: 0,
  inserted: 0,
  updated: 0,
  duplicates: 0,
  corrected: 0,
  canceled: 0,
  conflicts: 0,
  ignored: 0,
  rejected: 0,
  canonicalChanges: 0,
  tradesTouched: 0,
  pendingReview: 0,
};

/** What a run has committed so far. */
export interface RunTally {
  readonly stats: RunStats;
  /** The cursor of the last committed page. */
  readonly cursor: Json;
  /** What the connection's runs have read, the committed pages of this one included. */
  readonly coverage: Coverage;
  /** True once all that was asked for is read. Gaps of earlier runs are read beside it: they are not `more` of it. */
  readonly isAskedRead: boolean;
  askedIsRead(): void;
  /** Where a run begins that has no cursor yet. */
  beginAt(cursor: Json): void;
  add(stats: CommitStats, after: { readonly cursor: Json; readonly coverage?: Coverage }): void;
}

export function runTally(before: { readonly cursor: Json; readonly coverage: Coverage }): RunTally {
  let stats = noStats;
  let { cursor, coverage } = before;
  let isAskedRead = false;
  return {
    get stats() {
      return stats;
    },
    get cursor() {
      return cursor;
    },
    get coverage() {
      return coverage;
    },
    get isAskedRead() {
      return isAskedRead;
    },
    askedIsRead() {
      isAskedRead = true;
    },
    beginAt(begin) {
      cursor ??= begin;
    },
    add(page, after) {
      stats = addStats(stats, page);
      cursor = after.cursor;
      coverage = after.coverage ?? coverage;
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
