import type { CommitBatch } from "./commit-batch.ts";
import { disagreeing, placeOf } from "./contradictions.ts";
import type { PlanFamily } from "./fold.ts";

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
  const chosenReports = pins.filter(({ pinned }) => pinned === true);
  if (chosenReports.length === 0) return planned;
  const rowsOf = new Map(families.flatMap(({ familyKeys, rows }) => familyKeys.map((key) => [key, rows] as const)));
  for (const { familyKey, revisionKey } of chosenReports) {
    const rows = rowsOf.get(familyKey) ?? [];
    const chosen = rows.find(({ report }) => report.revisionKey === revisionKey);
    if (chosen === undefined) return null;
    const place = rows.filter((row) => placeOf(row) === placeOf(chosen));
    if (!disagreeing(place).includes(chosen)) return null;
    for (const { report } of place) planned.set(report.revisionKey, report.revisionKey === revisionKey);
  }
  return planned;
}
