import { CARRIERS_MAX, type Family, type FamilyGraph, STRENGTH } from "./family-graph.ts";
import type { CancelRow } from "./plan-types.ts";

/** How far ids were followed to a family: 0 down from what changes, 1 up to its hosts, 2 down to theirs, 3 up again. */
type Step = 0 | 1 | 2 | 3;

/** Where ids are followed from, by step. */
export type Seeds = readonly [
  changed: Iterable<string>,
  hosts: Iterable<string>,
  members: Iterable<string>,
  others: Iterable<string>,
];

/** By family; each with the first step that came to it. */
export type Reached = ReadonlyMap<Family, Step>;

/** The ids of a graph that are not followed, and those that may become such or stop being such with this batch. */
export interface Crowds {
  readonly crowded: ReadonlySet<string>;
  readonly crossing: ReadonlySet<string>;
}

/**
 * Follows ids from families that change to all that must be known to decide them. A family folds only into stronger
 * ones, so its members are found downwards and its hosts upwards, never sidewards: a change of a family changes what is
 * folded into it (0), and so the fills into which that is folded (1). These are decided anew from all of their members
 * (2), and a member is theirs only if none of its other hosts (3) comes first. Rows that merely share an id with a row
 * of the same strength are not followed, however long the chain that they make.
 */
export function followIds(graph: FamilyGraph, crowded: ReadonlySet<string>, seeds: Seeds): Reached {
  const reached = new Map<Family, Step>();
  for (const step of [0, 1, 2, 3] as const) {
    for (const key of seeds[step]) {
      const family = graph.families.get(key);
      if (family !== undefined && !reached.has(family)) reached.set(family, step);
    }
    const direction = step % 2 === 0 ? -1 : 1;
    // The strength that an id was followed from: further families of no more reach are not worth a second look.
    const followed = new Map<string, number>();
    // A map goes on to entries that are added meanwhile.
    for (const family of reached.keys()) {
      const strength = STRENGTH[family.class];
      for (const alias of family.aliases) {
        const carriers = graph.carriers.get(alias) ?? [];
        if (carriers.length < 2 || crowded.has(alias)) continue;
        const before = followed.get(alias);
        if (before !== undefined && (before - strength) * direction <= 0) continue;
        followed.set(alias, strength);
        for (const carrier of carriers) {
          const isBeyond = (STRENGTH[carrier.class] - strength) * direction > 0;
          if (isBeyond && !reached.has(carrier)) reached.set(carrier, step);
        }
      }
    }
  }
  return reached;
}

/**
 * An id is crowded when more than {@link CARRIERS_MAX} families carry it before and after the batch. One that is so only
 * before or only after may take apart or join whatever carries it.
 *
 * @param mayLeave families of which the batch may hide what its job told.
 */
export function crowdsOf({ carriers }: FamilyGraph, mayLeave: ReadonlySet<string>): Crowds {
  const crowded = new Set<string>();
  const crossing = new Set<string>();
  for (const [alias, families] of carriers) {
    if (families.length <= CARRIERS_MAX) continue;
    const staying = families.filter((family) => !mayLeave.has(family.key) && carriedBefore(family, alias)).length;
    if (staying > CARRIERS_MAX) crowded.add(alias);
    else crossing.add(alias);
  }
  return { crowded, crossing };
}

/** True when a stored report that counts carries the id. */
export function carriedBefore(family: Family, alias: string): boolean {
  return family.reports.some(({ report, before }) => before?.undone === null && report.aliasKeys.includes(alias));
}

/** The families that a cancel may void something of. */
export function* familiesNamed(
  { familyKey, aliasKeys }: Pick<CancelRow, "familyKey" | "aliasKeys">,
  { carriers }: FamilyGraph,
  crowded: ReadonlySet<string>,
): Generator<string> {
  if (familyKey !== null) yield familyKey;
  for (const alias of aliasKeys) {
    if (!crowded.has(alias)) for (const { key } of carriers.get(alias) ?? []) yield key;
  }
}
