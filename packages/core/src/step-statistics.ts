import { type StepCounts, type StepStatistics, stepNames } from "./step.ts";

/** A store's counts as rates, in the order of the stages. */
export function stepStatistics(counts: readonly StepCounts[]): readonly StepStatistics[] {
  const ordered = [...counts].sort((left, right) => stepNames.indexOf(left.name) - stepNames.indexOf(right.name));
  return ordered.map(({ totalMs, ...rest }) => ({
    ...rest,
    successRate: (rest.count - rest.failed) / rest.count,
    averageMs: Math.round(totalMs / rest.count),
  }));
}
