import { realSequence } from "../identify.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import type { CancelRow } from "./plan-types.ts";
import { compareSequences } from "./sequence.ts";

/**
 * Which rows of a family a cancel voids; none when it does not name them or does not fit.
 *
 * A live bust names a revision and voids that alone. A statement's cancel names rows by its most exact id (transaction,
 * else trade); the named rows only set the limit: every row up to the highest named revision is voided, live ones too,
 * but none with a higher row number than the cancel, so a rebook under the same ids stays.
 */
export function voidedBy(cancel: CancelRow, family: PlanFamily): readonly PlanRow[] {
  if (cancel.familyKey !== null && family.familyKeys.includes(cancel.familyKey)) return voidedByBust(cancel, family);
  const named = namedRows(cancel, family);
  if (named.length === 0) return [];
  const revisionLimit = Math.max(...named.map((row) => row.revision));
  const sequenceLimit = realSequence(cancel.sequence) ?? highestSequence(named);
  return family.rows.filter(
    (row) =>
      row.revision <= revisionLimit &&
      (sequenceLimit === null || compareSequences(row.report.sequence, sequenceLimit) <= 0),
  );
}

function voidedByBust(cancel: CancelRow, family: PlanFamily): readonly PlanRow[] {
  return family.rows.filter((row) => row.revision === (cancel.revision ?? 0) && isNotAfter(row, cancel));
}

function isNotAfter(row: PlanRow, cancel: CancelRow): boolean {
  return realSequence(cancel.sequence) === null || compareSequences(row.report.sequence, cancel.sequence) < 0;
}

function namedRows(cancel: CancelRow, family: PlanFamily): readonly PlanRow[] {
  const byTransaction = rowsWith(family, aliasesOf(cancel, "transaction:"));
  if (byTransaction.length > 0) return byTransaction.filter((row) => isNotAfter(row, cancel));
  const byTrade = rowsWith(family, aliasesOf(cancel, "trade:"));
  const numbered = byTrade.filter((row) => hasSequences(row, cancel));
  const before = numbered.filter((row) => isNotAfter(row, cancel));
  if (before.length > 0) return before;
  return onlyFittingRevision(
    cancel,
    byTrade.filter((row) => !hasSequences(row, cancel)),
  );
}

function aliasesOf(cancel: CancelRow, kind: "trade:" | "transaction:"): readonly string[] {
  return cancel.aliasKeys.filter((alias) =>
    alias.slice(alias.indexOf("/", alias.indexOf("/") + 1) + 1).startsWith(kind),
  );
}

function rowsWith(family: PlanFamily, aliases: readonly string[]): readonly PlanRow[] {
  if (aliases.length === 0) return [];
  return family.rows.filter((row) => row.report.aliasKeys.some((alias) => aliases.includes(alias)));
}

function hasSequences(row: PlanRow, cancel: CancelRow): boolean {
  return realSequence(row.report.sequence) !== null && realSequence(cancel.sequence) !== null;
}

// Without row numbers on both sides nothing says which of two revisions is meant: the cancel must fit exactly one.
function onlyFittingRevision(cancel: CancelRow, rows: readonly PlanRow[]): readonly PlanRow[] {
  const fitting = rows.filter((row) => row.report.quantity === cancel.quantity && row.report.price === cancel.price);
  return new Set(fitting.map((row) => row.revision)).size === 1 ? fitting : [];
}

function highestSequence(rows: readonly PlanRow[]): string | null {
  let highest: string | null = null;
  for (const { report } of rows) if (compareSequences(report.sequence, highest) > 0) highest = report.sequence;
  return highest;
}
