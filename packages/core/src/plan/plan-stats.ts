import type { CommitStats } from "./commit-batch.ts";
import { isNews } from "./counted-rows.ts";
import type { PlanRow } from "./fold.ts";
import type { Decided } from "./plan-commit.ts";
import type { Settled } from "./settle-family.ts";

type Outcome = "inserted" | "updated" | "corrected" | "conflicts";

/** Counts what became of each fetched record. */
export function countOutcomes(decided: Decided): CommitStats {
  const { batch, news, moves, trades } = decided;
  const counts: Record<Outcome, number> = { inserted: 0, updated: 0, corrected: 0, conflicts: 0 };
  let canonicalChanges = decided.hidden.filter(({ report }) => report.canonical).length;
  for (const { settled, after } of moves) {
    for (const outcome of outcomesOf(settled, { counts: after !== null })) counts[outcome] += 1;
    if (isCanonicalChange(settled)) canonicalChanges += 1;
  }
  return {
    ...counts,
    duplicates: news.duplicates,
    canceled: news.cancels.length + news.revivedCancels.length,
    ignored: batch.ignored,
    rejected: news.rejects.length,
    fetched: batch.fetched,
    canonicalChanges,
    tradesTouched: trades.written.length + trades.removed.length,
    pendingReview: trades.createdCount,
  };
}

/** One outcome for each new or revived report of a family; `counts` is false for an id-less family that others claim. */
function outcomesOf({ family, conflict }: Settled, { counts }: { counts: boolean }): Outcome[] {
  const news = family.rows.filter(isNews);
  if (news.length === 0) return [];
  const conflicting = new Set(conflict);
  let highest = -1;
  for (const row of family.rows) if (!isNews(row)) highest = Math.max(highest, row.revision);
  return news.map((row) => {
    const outcome = outcomeOf(row, highest, { counts, isConflict: conflicting.has(row) });
    highest = Math.max(highest, row.revision);
    return outcome;
  });
}

/** `highest` is the highest revision that was known before it, -1 for none. */
function outcomeOf(row: PlanRow, highest: number, is: { counts: boolean; isConflict: boolean }): Outcome {
  if (highest < 0) return is.counts ? "inserted" : "updated";
  if (is.isConflict) return "conflicts";
  return highest < row.revision ? "corrected" : "updated";
}

function isCanonicalChange({ family, canonical }: Settled): boolean {
  const before = family.rows.find((row) => row.before?.canonical === true);
  return before !== undefined && before !== canonical;
}
