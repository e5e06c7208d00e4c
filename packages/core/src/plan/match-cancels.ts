import { NO_SEQUENCE, rankSequence, sequenceText } from "../rank.ts";
import { rowsNamed } from "./alias-rows.ts";
import type { PlanFamily, PlanRow } from "./fold.ts";
import { namesOf } from "./missing-keys.ts";
import type { CancelRow } from "./plan-types.ts";
import { voidLimits } from "./void-limits.ts";

/** What cancels do to one fill. */
export interface CancelMatches<Cancel extends CancelRow = CancelRow> {
  readonly voided: ReadonlySet<PlanRow>;
  /** Those that name a row of it and fit. */
  readonly matched: readonly Cancel[];
}

/** The cancels that name a fill, in the order in which they are known. */
export type CancelsOf<Cancel extends CancelRow = CancelRow> = (family: PlanFamily) => readonly Cancel[];

const nothing: CancelMatches<never> = { voided: new Set(), matched: [] };

/**
 * Which rows of a fill its cancels void, and which of them do.
 *
 * A live bust names a revision and voids that alone. A statement's cancel names rows by its most exact id (transaction,
 * else trade); the named rows only set the limit: every row up to the highest named revision is voided, live ones too,
 * but none with a higher row number than the cancel, so a rebook under the same ids stays.
 */
export function matchCancels<Cancel extends CancelRow>(
  family: PlanFamily,
  cancels: readonly Cancel[],
  crowded: ReadonlySet<string>,
): CancelMatches<Cancel> {
  if (cancels.length === 0) return nothing;
  const limits = voidLimits();
  const keys = new Set(family.familyKeys);
  const named = rowsNamed(family.rows);
  const lowest = lowestByRevision(family.rows);
  const matched = cancels.filter((cancel) => {
    const sequence = sequenceText(cancel.sequence);
    const limit = sequence === NO_SEQUENCE ? null : sequence;
    if (cancel.familyKey !== null && keys.has(cancel.familyKey)) {
      const revision = cancel.revision ?? 0;
      const first = lowest.get(revision);
      if (first === undefined || (limit !== null && first >= limit)) return false;
      limits.addBust(revision, limit);
      return true;
    }
    const aliases = cancel.aliasKeys.filter((alias) => !crowded.has(alias));
    const rows = named(cancel, aliases, limit);
    if (rows === null) return false;
    // What the cancel does not say of its own place, the named rows say.
    limits.add(rows.revision, limit ?? (rows.sequence === NO_SEQUENCE ? null : rows.sequence));
    return true;
  });
  return { voided: new Set(family.rows.filter((row) => limits.voids(row))), matched };
}

/** Looks cancels up by the names of fills; a crowded id names none. */
export function cancelsByName<Cancel extends CancelRow>(
  cancels: Iterable<Cancel>,
  crowded: ReadonlySet<string>,
): CancelsOf<Cancel> {
  const byName = new Map<string, Cancel[]>();
  for (const cancel of cancels) {
    for (const name of namesOf(cancel)) {
      if (crowded.has(name)) continue;
      const named = byName.get(name);
      if (named === undefined) byName.set(name, [cancel]);
      else named.push(cancel);
    }
  }
  if (byName.size === 0) return () => [];
  return (family) => {
    const names = new Set(family.familyKeys);
    for (const { report } of family.rows) for (const alias of report.aliasKeys) names.add(alias);
    const found = new Set<Cancel>();
    for (const name of names) for (const cancel of byName.get(name) ?? []) found.add(cancel);
    return [...found];
  };
}

function lowestByRevision(rows: readonly PlanRow[]): ReadonlyMap<number, string> {
  const lowest = new Map<number, string>();
  for (const { rank, revision } of rows) {
    const sequence = rankSequence(rank);
    const known = lowest.get(revision);
    if (known === undefined || sequence < known) lowest.set(revision, sequence);
  }
  return lowest;
}
