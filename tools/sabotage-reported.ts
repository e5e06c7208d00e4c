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
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source text
    search: "${firstReportedAt ?? UNKNOWN_MOMENT}${revisionKey}`;",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of source text
    replacement: "${revisionKey}`;",
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
