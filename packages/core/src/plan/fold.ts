import type { FamilyClass } from "../identify.ts";
import { earliestMoments } from "../moment.ts";
import { NO_SEQUENCE, rankAtRevision, rankSequence, rankWithin } from "../rank.ts";
import { canFold, crowdedAliases, type Family, type FamilyGraph, type PlanReport, STRENGTH } from "./family-graph.ts";
import { factsOf, feesOf } from "./report-facts.ts";

/** A report within one fill, with its revision and rank after folding. */
export interface PlanRow extends PlanReport {
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

/** What reports come to: fills, and the ids that too many of them carry. */
export interface Folded {
  readonly fills: readonly PlanFamily[];
  /** They join nothing, and no cancel names a fill by them. */
  readonly crowded: ReadonlySet<string>;
  readonly graph: FamilyGraph;
}

/**
 * Reads stored families as fills. A family of a weaker class is folded into the family of a better class that carries
 * its trade or transaction id, followed to the end; nothing of this is stored, so a host that arrives later folds too.
 */
export function foldFamilies(graph: FamilyGraph): Folded {
  const crowded = crowdedAliases(graph);
  const hostsOf = hostFinder(graph, crowded);
  const members = new Map<string, Family[]>();
  for (const family of graph.families.values()) {
    const host = hostsOf(family)[0] ?? family.key;
    const folded = members.get(host);
    if (folded === undefined) members.set(host, [family]);
    else folded.push(family);
  }
  const fills = [...members].flatMap(([key, folded]) => {
    const host = graph.families.get(key);
    return host === undefined ? [] : [fillOf(host, folded, hostsOf)];
  });
  return { fills, crowded, graph };
}

type HostsOf = (family: Family) => readonly string[];

// Strength grows with each step, so a chain of hosts is three families long at most.
function hostFinder({ carriers }: FamilyGraph, crowded: ReadonlySet<string>): HostsOf {
  const known = new Map<Family, readonly string[]>();
  const hostsOf = (family: Family): readonly string[] => {
    const before = known.get(family);
    if (before !== undefined) return before;
    const ends = new Set<string>();
    for (const alias of canFold(family) ? family.aliases : []) {
      if (crowded.has(alias)) continue;
      for (const carrier of carriers.get(alias) ?? []) {
        if (STRENGTH[carrier.class] > STRENGTH[family.class]) for (const end of hostsOf(carrier)) ends.add(end);
      }
    }
    const found = ends.size === 0 ? [family.key] : [...ends].sort();
    known.set(family, found);
    return found;
  };
  return hostsOf;
}

function fillOf(host: Family, members: readonly Family[], hostsOf: HostsOf): PlanFamily {
  const folded = members.filter((member) => member !== host);
  const rows = host.reports.map((report) => ({ ...report, revision: report.report.revision }));
  const revisionAt = folded.length > 0 && host.class === "execution" ? revisionFinder(host) : null;
  for (const member of folded) {
    for (const { report, before } of member.reports) {
      const revision = revisionAt === null ? report.revision : revisionAt(rankSequence(report.rank));
      rows.push({ report, before, revision });
    }
  }
  return {
    familyKey: host.key,
    familyClass: host.class,
    familyKeys: [host.key, ...folded.map((member) => member.key).sort()],
    rows: rankedRows(rows),
    ambiguous: folded.flatMap((member) => {
      const otherHosts = hostsOf(member).slice(1);
      return otherHosts.length === 0 ? [] : [{ familyKey: member.key, otherHosts }];
    }),
  };
}

/** Rows with the same facts are one word of the broker's, which is as old as the oldest of them. */
function rankedRows(rows: readonly Omit<PlanRow, "rank">[]): readonly PlanRow[] {
  const told = rows.map((row) => {
    const equal = rankAtRevision(row.report, row.revision);
    return { row, equal, facts: rows.length === 1 ? "" : `${equal}|${factsOf(row.report)}|${feesOf(row.report)}` };
  });
  const moments = earliestMoments(
    told,
    ({ facts }) => facts,
    ({ row }) => row.report.firstReportedAt,
  );
  return told.map(({ row, equal, facts }) => {
    return { ...row, rank: rankWithin(row.report, { equal, factsAt: moments.get(facts) ?? null }) };
  });
}

/** A folded row takes the revision of the execution-id row with the greatest row number not above its own, else 0. */
function revisionFinder(host: Family): (sequence: string) => number {
  const numbered = host.reports
    .map(({ report }) => ({ sequence: rankSequence(report.rank), revision: report.revision }))
    .filter(({ sequence }) => sequence !== NO_SEQUENCE)
    .sort((left, right) => {
      if (left.sequence !== right.sequence) return left.sequence < right.sequence ? -1 : 1;
      return left.revision - right.revision;
    });
  return (sequence) => {
    let [low, high] = [0, numbered.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbered[middle]?.sequence ?? "") <= sequence) low = middle + 1;
      else high = middle;
    }
    return numbered[low - 1]?.revision ?? 0;
  };
}
