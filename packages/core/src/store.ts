export { isRecord } from "./json.ts";
export type { BatchRun, CommitBatch, CommitPlan, CommitStats, NewCancel, NewReport } from "./plan/commit-batch.ts";
export { keysOf } from "./plan/missing-keys.ts";
export { type PlanAnswer, planCommit } from "./plan/plan-commit.ts";
export type {
  CancelRow,
  Decision,
  Fill,
  Link,
  Marks,
  NewProblem,
  Reject,
  Report,
  StoredReport,
  TradeRow,
  TradeTotals,
} from "./plan/plan-types.ts";
export { emptySnapshot, extendSnapshot, type Snapshot, type SnapshotKeys, type SnapshotRows } from "./plan/snapshot.ts";
export { addStats } from "./run-tally.ts";
export {
  type BookStore,
  type CommitResult,
  type IngestStore,
  noStats,
  type RunEnd,
  type RunEndResult,
  type RunStart,
} from "./store-contract.ts";
export { tradeView } from "./trade-view.ts";
