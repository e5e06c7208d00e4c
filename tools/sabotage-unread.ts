import type { SabotageEdit } from "./sabotage-list.ts";

const file = "packages/core/src/plan/missing-keys.ts";

const parts: readonly (readonly [name: string, search: string])[] = [
  ["the other reports of a family", 'wanted.add("families", report.familyKey);'],
  ["the families that a cancel names", 'if (cancel.familyKey !== null) wanted.add("families", cancel.familyKey);'],
  ["the rows that a cancel names", 'for (const alias of cancel.aliasKeys) wanted.add("aliases", alias);'],
  ["the fills that share a row's ids", '    wanted.add("aliases", alias);'],
  ["the decisions on a fill", 'wanted.add("decisions", report.familyKey);'],
  ["the cancels of a family", 'wanted.add("cancelNames", report.familyKey);'],
  ["the cancels of a row", 'wanted.add("cancelNames", alias);'],
  ["the trade of an order", 'if (report.orderKey !== null) wanted.add("orderKeys", report.orderKey.text);\n  else '],
  ["fills without an id that look alike", 'wanted.add("idlessContents", report.contentKey);'],
  [
    "fills with an id that look alike",
    'if (report.familyClass === "content") wanted.add("contents", report.contentKey);',
  ],
];

/** A plan from less than everything depends on the order of delivery: each part that is not read must be noticed. */
export const unreadEdits: readonly SabotageEdit[] = parts.map(([name, search]) => ({
  ...{ name: `not read: ${name}`, file, search },
  replacement: "",
}));
