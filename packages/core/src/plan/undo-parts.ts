import type { Folded, PlanFamily, PlanRow } from "./fold.ts";
import { cancelsByName, matchCancels } from "./match-cancels.ts";
import type { Reach } from "./missing-keys.ts";
import type { Decision, StoredCancel } from "./plan-types.ts";
import type { ImportUndo } from "./undo-import.ts";

/** What stood before an undo, without what was undone earlier. */
export interface KnownForUndo {
  readonly folded: Folded;
  readonly reach: Reach;
  readonly cancels: readonly StoredCancel[];
  readonly decisions: ReadonlyMap<string, Decision>;
}

/** One fill with what the job told of it. */
export interface Part {
  readonly family: PlanFamily;
  readonly rows: readonly PlanRow[];
  readonly cancels: readonly StoredCancel[];
  /** Cancels of it that other jobs told. */
  readonly others: readonly StoredCancel[];
}

/**
 * The asked fills, and those on which a cancel of the same job stands as well. `far` are keys of the job's cancels
 * that also stand on fills too far away to be decided here.
 */
export function partsOf(
  undo: ImportUndo,
  known: KnownForUndo,
): { readonly parts: readonly Part[]; readonly far: ReadonlySet<string> } {
  const { folded, reach } = known;
  const partOf = partMaker(undo, known);
  const all = folded.fills.filter(({ familyKey }) => reach.whole.has(familyKey)).map(partOf);
  const isDecided = ({ family }: Part) => reach.decided.has(family.familyKey);
  const near = all.filter(isDecided);
  const byCancel = partsByCancel(near);
  const asked = new Set(undo.families);
  const reached = new Set(undo.cancels.map(({ cancelKey }) => cancelKey));
  const parts = new Set(
    near.filter(({ rows, cancels }) => {
      return (
        rows.some(({ report }) => asked.has(report.familyKey)) || cancels.some((one) => reached.has(one.cancelKey))
      );
    }),
  );
  // A set goes on to members that are added meanwhile.
  for (const { cancels } of parts)
    for (const { cancelKey } of cancels) for (const part of byCancel.get(cancelKey) ?? []) parts.add(part);
  const elsewhere = all.filter((part) => !isDecided(part));
  const far = new Set(elsewhere.flatMap(({ cancels }) => cancels.map(({ cancelKey }) => cancelKey)));
  return { parts: [...parts], far };
}

function partMaker(
  { jobId }: ImportUndo,
  { folded: { crowded }, cancels }: KnownForUndo,
): (family: PlanFamily) => Part {
  const cancelsOf = cancelsByName(cancels, crowded);
  return (family) => {
    const { matched } = matchCancels(family, cancelsOf(family), crowded);
    return {
      family,
      rows: family.rows.filter(({ report }) => report.jobId === jobId),
      cancels: matched.filter((cancel) => cancel.jobId === jobId),
      others: matched.filter((cancel) => cancel.jobId !== jobId),
    };
  };
}

/** Parts by the key of each of the job's cancels that stands on them. */
export function partsByCancel(parts: readonly Part[]): ReadonlyMap<string, readonly Part[]> {
  const byCancel = new Map<string, Part[]>();
  for (const part of parts) {
    for (const { cancelKey } of part.cancels) {
      const others = byCancel.get(cancelKey);
      if (others === undefined) byCancel.set(cancelKey, [part]);
      else others.push(part);
    }
  }
  return byCancel;
}
