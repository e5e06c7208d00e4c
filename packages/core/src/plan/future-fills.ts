import { unixMsOf } from "../instant.ts";
import type { CommitBatch, NewReport } from "./commit-batch.ts";
import type { NewProblem } from "./plan-types.ts";

/** How far a broker's clock may be ahead of the store's. */
const AHEAD_MS_MAX = 300_000;

/**
 * The problem of new fills that are dated later than now: they count as reported, and somebody must know, since the broker or
 * a time zone is wrong. One problem an account, however many there are.
 */
export function futureProblems(
  { run, at }: Pick<CommitBatch, "run" | "at">,
  reports: readonly Pick<NewReport, "broker" | "account" | "familyKey" | "executionId" | "executedAt">[],
): readonly NewProblem[] {
  if (run === null) return [];
  const first = reports.find(({ executedAt }) => unixMsOf(executedAt) - unixMsOf(at) > AHEAD_MS_MAX);
  if (first === undefined) return [];
  const { broker, account, familyKey, executionId, executedAt } = first;
  return [
    {
      problemKey: `future:${broker}/${account}`,
      kind: "warning",
      severity: "warning",
      message: `Fills are dated in the future, such as ${executionId ?? "one without an id"} at ${executedAt}; they count as they were reported`,
      details: { familyKey, executedAt },
    },
  ];
}
