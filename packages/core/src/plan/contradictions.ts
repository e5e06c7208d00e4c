import { completeness, rankPlace } from "../rank.ts";
import type { PlanRow } from "./fold.ts";
import { factsOf, feesOf } from "./report-facts.ts";

/** Reports that claim one place and cannot all be right, where a person chose none of them. */
export function contradicting(rows: readonly PlanRow[], isPinned: (row: PlanRow) => boolean): readonly PlanRow[] {
  if (rows.length < 2) return [];
  const places = new Map<string, PlanRow[]>();
  for (const row of rows) {
    const others = places.get(placeOf(row));
    if (others === undefined) places.set(placeOf(row), [row]);
    else others.push(row);
  }
  return [...places.values()].filter((others) => !others.some(isPinned)).flatMap(disagreeing);
}

/** Revision, authority and row number: what a broker says later, or with more standing, has another place. */
export function placeOf({ rank }: PlanRow): string {
  return rankPlace(rank);
}

/** The reports of one place that another one of it contradicts. */
export function disagreeing(rows: readonly PlanRow[]): readonly PlanRow[] {
  const [first] = rows;
  if (first === undefined || rows.length < 2) return [];
  if (rows.some(({ report }) => factsOf(report) !== factsOf(first.report))) return rows;
  const known = rows.filter(({ report }) => completeness(report.fees) === 2);
  return new Set(known.map(({ report }) => feesOf(report))).size > 1 ? known : [];
}
