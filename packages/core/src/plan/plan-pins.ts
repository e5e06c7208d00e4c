import type { CommitBatch } from "./commit-batch.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import { contradict, placeOf } from "./settle-family.ts";

/** Reports that are pinned or not pinned any more, by revision key; all others stay as they are. */
export type PlannedPins = ReadonlyMap<string, boolean>;

/**
 * Pure. Whatever stood in a problem when a person read it, the choice is among what is told by now: a chosen report takes
 * the pin of every other one of its place. null where a report cannot be chosen: it is not of this fill, it was undone, or
 * no other report contradicts it.
 */
export function planPins({ pins }: CommitBatch, families: readonly PlanFamily[]): PlannedPins | null {
  const planned = new Map<string, boolean>();
  for (const { revisionKey, pinned } of pins) if (pinned === false) planned.set(revisionKey, false);
  for (const { familyKey, revisionKey, pinned } of pins) {
    if (pinned !== true) continue;
    const rows = families.find(({ familyKeys }) => familyKeys.includes(familyKey))?.rows ?? [];
    const chosen = rows.find(({ report }) => report.revisionKey === revisionKey);
    if (chosen === undefined) return null;
    const others = othersAt(chosen, rows);
    if (!others.some((other) => contradict(chosen, other))) return null;
    for (const { report } of others) planned.set(report.revisionKey, false);
    planned.set(revisionKey, true);
  }
  return planned;
}

function othersAt(chosen: PlanRow, rows: readonly PlanRow[]): readonly PlanRow[] {
  return rows.filter((row) => row !== chosen && placeOf(row) === placeOf(chosen));
}
