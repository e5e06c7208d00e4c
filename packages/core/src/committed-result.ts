import type { CommitPlan } from "./plan/commit-batch.ts";
import type { CommitResult } from "./run-contract.ts";
import { tradeView } from "./trade-view.ts";

/** What a store answers once a plan is written. */
export function committedResult({ stats, undo, reviewed }: CommitPlan): CommitResult {
  return {
    ...{ kind: "committed", stats },
    ...(undo === null ? {} : { undo }),
    ...(reviewed.length === 0 ? {} : { reviewed: reviewed.map(tradeView) }),
  };
}
