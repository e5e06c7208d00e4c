import { stepFilterSchema, stepStatisticsFilterSchema } from "./list-filters.ts";
import { parseOptions } from "./parse-options.ts";
import type { Slice } from "./read-types.ts";
import type { Step, StepFilter, StepStatistics, StepStatisticsFilter } from "./step.ts";
import { stepStatistics } from "./step-statistics.ts";
import type { BookStore } from "./store-contract.ts";

/** How jobs went, step by step. Recording never holds up a job, so a job whose process died may lack its last steps. */
export interface UserLineage {
  /** A job's steps in their order; none for a job that is not this person's. */
  lineage(jobId: string): Promise<readonly Step[]>;
  /** Newest first. */
  steps(filter?: StepFilter): Promise<Slice<Step>>;
  /** One entry for each stage that has steps, in the order of the stages. */
  stepStatistics(filter?: StepStatisticsFilter): Promise<readonly StepStatistics[]>;
}

export function userLineage({ userId, store }: { readonly userId: string; readonly store: BookStore }): UserLineage {
  return {
    lineage: (jobId) => store.lineage(userId, jobId),
    async steps(filter = {}) {
      return store.steps(userId, parseOptions(stepFilterSchema, filter));
    },
    async stepStatistics(filter = {}) {
      return stepStatistics(await store.stepCounts(userId, parseOptions(stepStatisticsFilterSchema, filter)));
    },
  };
}
