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
function outcomesOf(settled: Settled, { counts }: { counts: boolean }): Outcome[] {
  const rows = settled.family.rows;
  const known = rows.filter((row) => !isNews(row));
  if (known.length === rows.length) return [];
  const outcomes: Outcome[] = [];
  for (const row of rows) {
    if (!isNews(row)) continue;
    outcomes.push(outcomeOf(row, known, { settled, counts }));
    known.push(row);
  }
  return outcomes;
}

function outcomeOf(
  row: PlanRow,
  known: readonly PlanRow[],
  { settled, counts }: { settled: Settled; counts: boolean },
): Outcome {
  if (known.length === 0) return counts ? "inserted" : "updated";
  if (settled.conflict.includes(row)) return "conflicts";
  return known.every((other) => other.revision < row.revision) ? "corrected" : "updated";
}

function isCanonicalChange({ family, canonical }: Settled): boolean {
  const before = family.rows.find((row) => row.before?.canonical === true);
  return before !== undefined && before !== canonical;
}
