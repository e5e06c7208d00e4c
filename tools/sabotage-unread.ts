import type { SabotageEdit } from "./sabotage-list.ts";

const plan = "packages/core/src/plan";

const parts: readonly (readonly [name: string, search: string, replacement?: string])[] = [
  ["the other reports of a family", 'for (const key of touched) wanted.add("families", key);'],
  ["the families that a cancel names", 'if (familyKey !== null) wanted.add("families", familyKey);'],
  ["the rows that a cancel names", 'for (const alias of aliasKeys) wanted.add("aliases", alias);'],
  [
    "the fills that share a row's ids",
    'if (canFold(family) || step < 2) for (const alias of family.aliases) wanted.add("aliases", alias);',
  ],
  ["the decisions on a fill", 'wanted.add("decisions", family.key);'],
  ["the cancels of a family", 'wanted.add("cancelNames", family.key);'],
  ["the cancels of a row", 'wanted.add("cancelNames", alias);'],
  ["the trade of an order", "report.orderKey === null ? ownOrderKey(report.familyKey) : report.orderKey.text", '""'],
  ["fills without an id that look alike", '"contents" : "idlessContents"', '"contents" : "contents"'],
  ["fills with an id that look alike", '"contents" : "idlessContents"', '"idlessContents" : "idlessContents"'],
  ["more who carry an id where an undo hid some", "wanted.addMore(alias);", ";"],
];

/** How far ids are followed, each step left out once. */
const steps: readonly SabotageEdit[] = [
  {
    name: "ids are followed to hosts alone",
    file: `${plan}/reach.ts`,
    search: "for (const step of [0, 1, 2, 3] as const) {",
    replacement: "for (const step of [0, 1] as const) {",
  },
  {
    name: "ids that too many carry join fills",
    file: `${plan}/family-graph.ts`,
    search: "if (families.length > CARRIERS_MAX) crowded.add(alias);",
    replacement: "if (families.length > 1_000_000) crowded.add(alias);",
  },
  {
    name: "who becomes one of too many takes nothing apart",
    file: `${plan}/missing-keys.ts`,
    search: "for (const alias of crowds.crossing) for",
    replacement: "for (const alias of [] as string[]) for",
  },
];

/** A plan from less than everything depends on the order of delivery: each part that is not read must be noticed. */
export const unreadEdits: readonly SabotageEdit[] = [
  ...parts.map(([name, search, replacement = ""]) => {
    return { ...{ name: `not read: ${name}`, file: `${plan}/missing-keys.ts`, search }, replacement };
  }),
  ...steps,
];
