import type { MissingSpan } from "./connector-contract.ts";
import { type Coverage, gapsOf } from "./coverage.ts";
import type { NewProblem } from "./plan/plan-types.ts";
import { safeText } from "./safe-text.ts";

/** The problems that a page's coverage opens and closes: each gap is one while it lasts. Pure. */
export function coverageProblems(
  before: Coverage,
  after: Coverage,
  connectionId: string,
): { readonly opens: readonly NewProblem[]; readonly resolves: readonly string[] } {
  const known = new Set(gapsOf(before).map((gap) => gapKey(gap, connectionId)));
  const gaps = gapsOf(after).map((gap) => gapProblem(gap, connectionId));
  const left = new Set(gaps.map(({ problemKey }) => problemKey));
  return {
    opens: gaps.filter(({ problemKey }) => !known.has(problemKey)),
    resolves: [...known].filter((key) => !left.has(key)),
  };
}

function gapProblem(gap: MissingSpan, connectionId: string): NewProblem {
  const { from, to, reason, lasting = false } = gap;
  const message = `The history from ${from} to ${to} may be incomplete: ${reason}`;
  return {
    problemKey: gapKey(gap, connectionId),
    kind: "coverage_gap",
    severity: "warning",
    message: safeText(lasting ? message : `${message}. It is read again once a day`),
    details: { from, to, lasting },
  };
}

function gapKey({ from, to }: MissingSpan, connectionId: string): string {
  return `coverage_gap:${connectionId}:${from}/${to}`;
}
