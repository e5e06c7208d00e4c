import { expect, it } from "vitest";
import { ibkrFlex } from "../packages/connector-ibkr/src/ibkr-flex.ts";
import { ibkrTws } from "../packages/connector-ibkr/src/ibkr-tws.ts";
import { ibkrWeb } from "../packages/connector-ibkr/src/ibkr-web.ts";
import { kraken } from "../packages/connector-kraken/src/kraken.ts";
import { jobFilterSchema } from "../packages/core/src/list-filters.ts";
import { problemKinds } from "../packages/core/src/plan/plan-types.ts";
import { noStats } from "../packages/core/src/run-tally.ts";
import { type Section, sectionsOf } from "./markdown.ts";
import { readText } from "./workspace.ts";

// Goal: the tables of the reference are whole. Method: what the code knows (settings, statuses, statistics, kinds of
// problems) is compared with the first column of the table that lists it.

const connectors = sectionsOf(readText("docs/reference/connectors.md"), 2);
const runs = sectionsOf(readText("docs/reference/runs.md"), 2);

it.each([kraken(), ibkrFlex(), ibkrWeb(), ibkrTws()])("connectors.md lists the settings of $id", ({ id, settings }) => {
  // Settings are objects in every connector of ours; their public type says only what they parse to.
  const { shape } = settings as unknown as { readonly shape: object };
  expect(firstColumn(connectors, id).sort()).toEqual(Object.keys(shape).sort());
});

it("runs.md lists every status of a job", () => {
  const statuses = jobFilterSchema.shape.status.def.innerType.options;
  expect(firstColumn(runs, "Status of a job").sort()).toEqual([...statuses, "skipped"].sort());
});

it("runs.md names every field of a run's statistics", () => {
  const body = runs.find(({ title }) => title === "Statistics of a run")?.body ?? "";
  expect(Object.keys(noStats).filter((field) => !body.includes(`\`${field}\``))).toEqual([]);
});

it("runs.md lists every kind of problem", () => {
  expect(firstColumn(runs, "Problems").sort()).toEqual([...problemKinds].sort());
});

/** What stands in code type at the start of the rows of a section's table. */
function firstColumn(sections: readonly Section[], title: string): string[] {
  const body = sections.find((section) => section.title === title)?.body ?? "";
  return [...body.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? "");
}
