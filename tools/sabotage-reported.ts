// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the edits are pieces of source text

import type { SabotageEdit } from "./sabotage-list.ts";

const core = "packages/core/src";

/** The rules of when the broker reported something, each broken once. */
export const reportedEdits: readonly SabotageEdit[] = [
  {
    name: "reported: a later moment takes the place of an earlier one",
    file: `${core}/moment.ts`,
    search: "(other === null || one < other)",
    replacement: "(other === null || one > other)",
  },
  {
    name: "reported: an unknown moment wins",
    file: `${core}/rank.ts`,
    search: 'const UNKNOWN_MOMENT = "0";',
    replacement: 'const UNKNOWN_MOMENT = "9";',
  },
  {
    name: "reported: which report was first reported last does not matter",
    file: `${core}/rank.ts`,
    search: "${equal}${factsAt ?? UNKNOWN_MOMENT}${digits}${firstReportedAt ?? UNKNOWN_MOMENT}",
    replacement: "${equal}${digits}",
  },
  {
    name: "reported: another report of the same facts makes them new",
    file: `${core}/plan/fold.ts`,
    search: "factsAt: moments.get(facts) ?? null",
    replacement: "factsAt: row.report.firstReportedAt",
  },
  {
    name: "reported: a coarse time takes the place of a fine one",
    file: `${core}/rank.ts`,
    search: "${digits}${firstReportedAt",
    replacement: "${firstReportedAt",
  },
  {
    name: "reported: a fill stays as it was when an earlier moment becomes known",
    file: `${core}/plan/missing-keys.ts`,
    search: "...news.earlier, ",
    replacement: "",
  },
  {
    name: "reported: a batch that holds a record twice takes the first of its moments",
    file: `${core}/plan/news.ts`,
    search: "atEarliest(batch.reports, (report) => report.revisionKey)",
    replacement: "batch.reports",
  },
  {
    name: "reported: an open conflict shows what counted when it opened",
    file: `${core}/plan/plan-problems.ts`,
    search: "return [...rejects, ...conflicts.map(",
    replacement: "return [...rejects, ...conflicts.slice(conflicts.length).map(",
  },
];
