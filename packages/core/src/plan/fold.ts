import type { FamilyClass } from "../identify.ts";
import { rankAtRevision, realSequence } from "../identify.ts";
import type { Marks, Report } from "./plan-types.ts";
import { compareSequences } from "./sequence.ts";

/** A report within one plan: its facts, the marks it had before, and its revision and rank after folding. */
export interface PlanRow {
  readonly report: Report;
  /** null for a report that is not stored yet. */
  readonly before: Marks | null;
  readonly revision: number;
  readonly rank: string;
}

/** One fill as the plan sees it: a family and the weaker families folded into it. */
export interface PlanFamily {
  /** The key of the host: the family of the best class. */
  readonly familyKey: string;
  readonly familyClass: FamilyClass;
  /** All stored families read as this one, the host's first. */
  readonly familyKeys: readonly string[];
  readonly rows: readonly PlanRow[];
  /** Folded families that fit other hosts as well; each is a problem. */
  readonly ambiguous: readonly { readonly familyKey: string; readonly otherHosts: readonly string[] }[];
}

interface Family {
  readonly key: string;
  readonly class: FamilyClass;
  readonly reports: { readonly report: Report; readonly before: Marks | null }[];
}

const STRENGTH: Readonly<Record<FamilyClass, number>> = { execution: 3, trade: 2, transaction: 1, content: 0 };

/**
 * Reads stored families as fills. A family of a weaker class is folded into the family of a better class that carries
 * its trade or transaction id, followed to the end; nothing of this is stored, so a host that arrives later folds too.
 */
export function foldFamilies(
  reports: Iterable<{ readonly report: Report; readonly before: Marks | null }>,
): PlanFamily[] {
  const families = groupByFamily(reports);
  const carriers = carriersByAlias(families);
  const hosts = new Map<string, readonly string[]>();
  const hostsOf = (family: Family): readonly string[] => {
    const known = hosts.get(family.key);
    if (known !== undefined) return known;
    const ends = new Set<string>();
    for (const carrier of betterCarriers(family, carriers)) for (const end of hostsOf(carrier)) ends.add(end);
    const found = ends.size === 0 ? [family.key] : [...ends].sort();
    hosts.set(family.key, found);
    return found;
  };
  const folded = new Map<string, Family[]>();
  for (const family of families.values()) {
    const host = hostsOf(family)[0] ?? family.key;
    const into = folded.get(host);
    if (into === undefined) folded.set(host, [family]);
    else into.push(family);
  }
  return [...folded].map(([key, members]) => planFamily(key, members, hosts));
}

function groupByFamily(
  reports: Iterable<{ readonly report: Report; readonly before: Marks | null }>,
): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const row of reports) {
    const { familyKey, familyClass } = row.report;
    const family = families.get(familyKey);
    if (family === undefined) families.set(familyKey, { key: familyKey, class: familyClass, reports: [row] });
    else family.reports.push(row);
  }
  return families;
}

function carriersByAlias(families: ReadonlyMap<string, Family>): Map<string, Set<Family>> {
  const carriers = new Map<string, Set<Family>>();
  for (const family of families.values()) {
    for (const { report } of family.reports) {
      for (const alias of report.aliasKeys) {
        const set = carriers.get(alias);
        if (set === undefined) carriers.set(alias, new Set([family]));
        else set.add(family);
      }
    }
  }
  return carriers;
}

function* betterCarriers(family: Family, carriers: ReadonlyMap<string, ReadonlySet<Family>>): Generator<Family> {
  if (family.class === "execution" || family.class === "content") return;
  for (const { report } of family.reports) {
    for (const alias of report.aliasKeys) {
      for (const carrier of carriers.get(alias) ?? []) {
        if (STRENGTH[carrier.class] > STRENGTH[family.class]) yield carrier;
      }
    }
  }
}

function planFamily(
  key: string,
  members: readonly Family[],
  hosts: ReadonlyMap<string, readonly string[]>,
): PlanFamily {
  const host = members.find((member) => member.key === key) ?? members[0];
  if (host === undefined) throw new Error("a planned family has at least one member");
  const folded = members.filter((member) => member !== host);
  const rows: PlanRow[] = host.reports.map(({ report, before }) => {
    return { report, before, revision: report.revision, rank: report.rank };
  });
  for (const member of folded) {
    for (const { report, before } of member.reports) {
      const revision = host.class === "execution" ? adoptedRevision(report, host) : report.revision;
      rows.push({ report, before, revision, rank: rankAtRevision(report.rank, revision) });
    }
  }
  return {
    familyKey: host.key,
    familyClass: host.class,
    familyKeys: [host.key, ...folded.map((member) => member.key).sort()],
    rows,
    ambiguous: folded.flatMap(({ key: familyKey }) => {
      const otherHosts = (hosts.get(familyKey) ?? []).slice(1);
      return otherHosts.length === 0 ? [] : [{ familyKey, otherHosts }];
    }),
  };
}

// A folded row takes the revision of the execution-id row with the greatest row number not above its own, else 0.
function adoptedRevision(report: Report, host: Family): number {
  const own = realSequence(report.sequence);
  let best: Report | null = null;
  for (const { report: candidate } of host.reports) {
    if (own === null || compareSequences(candidate.sequence, own) > 0 || realSequence(candidate.sequence) === null)
      continue;
    if (best === null || isNewer(candidate, best)) best = candidate;
  }
  return best === null ? 0 : best.revision;
}

function isNewer(candidate: Report, best: Report): boolean {
  const order = compareSequences(candidate.sequence, best.sequence);
  return order > 0 || (order === 0 && candidate.revision > best.revision);
}
