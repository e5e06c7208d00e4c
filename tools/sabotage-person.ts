import type { SabotageEdit } from "./sabotage-list.ts";

const edits: readonly (readonly [name: string, file: string, search: string, replacement: string])[] = [
  ["what was undone is a duplicate", "news", "(stored.has(key) && !undone.has(key))", "stored.has(key)"],
  ["what was undone counts", "counted-rows", "if (report.undone !== null) hidden", "if (report.canonical) hidden"],
  ["an undo takes reviewed fills", "undo-fates", "decisions.has(key))) return", "decisions.has(key) && false)) return"],
  ["an undo takes what was told since", "undo-fates", "told.length > 0", "told.length > 99"],
  ["an undo takes what was canceled since", "undo-fates", "if (canceled.length > 0)", "if (canceled.length > 99)"],
  [
    "an undo splits a cancel",
    "undo-fates",
    "for (const cancelKey of held) {",
    "for (const cancelKey of new Set<string>()) {",
  ],
  [
    "a fill that is undone stays in its trade",
    "plan-trades",
    "of leaving) changeOf",
    "of [] as typeof leaving) changeOf",
  ],
  ["an absorbed manual trade counts", "settle-family", 'role === "absorbed" ?', 'role === "absorbs" ?'],
  [
    "an undone review keeps what it absorbed",
    "review",
    "decisions.push({ ...stored, absorption: null })",
    "decisions.push(stored)",
  ],
  [
    "an undo that takes nothing back is an event",
    "audit-events",
    "if (before === undefined || !review.tradeIds.has(one.tradeId)) return [];",
    "if (before === undefined) return [];",
  ],
  [
    "a review forgets what the last one absorbed",
    "review",
    "review.absorption ?? stored?.absorption",
    "review.absorption",
  ],
  [
    "a fill stands for two manual trades",
    "review",
    "one.absorption.act !== absorption.act",
    "one.absorption.act === absorption.act",
  ],
  [
    "an undone review gives back what it did not lock",
    "review",
    "!batch.accounts.includes(account)",
    "account === null",
  ],
  ["a row that moved is a change", "plan-commit", "(snapshot.reports.get(key) ?? fresh.get(key) ?? null)", "null"],
];

/** The rules of what people decide about trades and imports, each broken once. */
export const personEdits: readonly SabotageEdit[] = edits.map(([name, file, search, replacement]) => {
  return { name, file: `packages/core/src/plan/${file}.ts`, search, replacement };
});
