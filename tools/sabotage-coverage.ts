import type { SabotageEdit } from "./sabotage-list.ts";

const core = "packages/core/src";

/** The rules of what was read of a connection's history, each broken once. */
export const coverageEdits: readonly SabotageEdit[] = [
  {
    name: "coverage: what the cursor holds open is a gap",
    file: `${core}/coverage.ts`,
    search: "[...covered, ...open, ...missing]",
    replacement: "[...covered, ...missing]",
  },
  {
    name: "coverage: a gap is none while it is read again",
    file: `${core}/coverage.ts`,
    search: "without(span, covered)), ...between",
    replacement: "without(span, [...covered, ...open])), ...between",
  },
  {
    name: "coverage: a page that says nothing of open spans closes them",
    file: `${core}/coverage.ts`,
    search: "page.open?.filter(isSpan).sort(byStart) ?? coverage.open",
    replacement: "page.open?.filter(isSpan).sort(byStart) ?? []",
  },
  {
    name: "coverage: gaps are read in every scheduled run",
    file: `${core}/read-gaps.ts`,
    search: 'if (mode === "scheduled" && !isFirstToday) return [];',
    replacement: "",
  },
];
