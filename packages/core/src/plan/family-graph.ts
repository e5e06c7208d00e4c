import type { FamilyClass } from "../identify.ts";
import type { Marks, Report } from "./plan-types.ts";

/** A report within one plan, with the marks that it had before; null for one that is not stored yet. */
export interface PlanReport {
  readonly report: Report;
  readonly before: Marks | null;
}

/** All known reports of one family, and the trade and transaction ids that they carry. */
export interface Family {
  readonly key: string;
  readonly class: FamilyClass;
  readonly reports: PlanReport[];
  readonly aliases: Set<string>;
}

/** Families, and who carries which id. */
export interface FamilyGraph {
  readonly families: ReadonlyMap<string, Family>;
  /** By alias key. */
  readonly carriers: ReadonlyMap<string, readonly Family[]>;
}

/**
 * An id that more families carry than this names none of them: no broker tells one fill in so many ways, and whatever
 * follows such an id would read a large part of an account for each new fill.
 */
export const CARRIERS_MAX = 50;

/** A family is folded only into one that is stronger than it. */
export const STRENGTH: Readonly<Record<FamilyClass, number>> = { execution: 3, trade: 2, transaction: 1, content: 0 };

export function familyGraph(reports: Iterable<PlanReport>): FamilyGraph {
  const families = new Map<string, Family>();
  const carriers = new Map<string, Family[]>();
  for (const row of reports) {
    const { familyKey: key, familyClass, aliasKeys } = row.report;
    let family = families.get(key);
    if (family === undefined) {
      family = { key, class: familyClass, reports: [], aliases: new Set() };
      families.set(key, family);
    }
    family.reports.push(row);
    for (const alias of aliasKeys) {
      if (family.aliases.has(alias)) continue;
      family.aliases.add(alias);
      const others = carriers.get(alias);
      if (others === undefined) carriers.set(alias, [family]);
      else others.push(family);
    }
  }
  return { families, carriers };
}

/** Ids that more than {@link CARRIERS_MAX} families carry. */
export function crowdedAliases({ carriers }: FamilyGraph): ReadonlySet<string> {
  const crowded = new Set<string>();
  for (const [alias, families] of carriers) if (families.length > CARRIERS_MAX) crowded.add(alias);
  return crowded;
}

/** True for families that are folded into a better one that carries their ids. */
export function canFold(family: Family): boolean {
  return family.class === "trade" || family.class === "transaction";
}
