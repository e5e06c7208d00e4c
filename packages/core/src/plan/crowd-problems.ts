import { CARRIERS_MAX, canFold } from "./family-graph.ts";
import type { Decided } from "./plan-commit.ts";
import type { NewProblem } from "./plan-types.ts";

/**
 * A crowded id joins nothing. That matters where a row has no execution id: it may tell of a fill that others tell too,
 * and counts by itself all the same.
 */
export function crowdProblems({ folded, reach, batch, hidden }: Decided): {
  readonly opened: readonly NewProblem[];
  readonly resolved: readonly string[];
} {
  const { crowded, graph } = folded;
  const opened: NewProblem[] = [];
  for (const alias of crowded) {
    const carriers = graph.carriers.get(alias) ?? [];
    // Who only looks at a crowded id from afar does not know all that the one who touches it knows.
    if (!carriers.some(({ key }) => reach.touched.has(key)) || !carriers.some(canFold)) continue;
    opened.push(crowdProblem(alias));
  }
  if (batch.undo === undefined) return { opened, resolved: [] };
  const left = new Set(hidden.flatMap(({ report }) => report.aliasKeys));
  const over = [...left].filter((alias) => !crowded.has(alias) || !(graph.carriers.get(alias) ?? []).some(canFold));
  return { opened, resolved: over.map(problemKeyOf) };
}

function problemKeyOf(alias: string): string {
  return `crowded:${alias}`;
}

function crowdProblem(alias: string): NewProblem {
  // Broker and account stand in front, each without a slash.
  const id = alias.split("/").slice(2).join("/");
  return {
    problemKey: problemKeyOf(alias),
    kind: "ambiguous_identity",
    severity: "warning",
    message: `More than ${CARRIERS_MAX} fills carry the id ${id}, so it says nothing about which of them are one: rows without an execution id count by themselves, perhaps twice`,
    details: { alias },
  };
}
