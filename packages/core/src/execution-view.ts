import type { NewReport } from "./plan/commit-batch.ts";
import type { Marks } from "./plan/plan-types.ts";
import type { StoredExecution } from "./read-types.ts";

/** A stored report as hosts see it: what it has beyond an execution are keys and marks of the planner's. */
export function executionView(report: NewReport & Marks): StoredExecution {
  const { familyClass, revisionKey, rank, contentKey, orderKey, aliasKeys, ...rest } = report;
  const { owner, contextHash, pinned, fill, undone, ...execution } = rest;
  return { id: revisionKey, ...execution, undone: undone !== null };
}
