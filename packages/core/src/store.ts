export { abandonedRun } from "./abandoned-run.ts";
export { accountConnected } from "./account-connected.ts";
export type { AuditEvent } from "./audit-event.ts";
export { letTimersRun } from "./clock.ts";
export { committedResult } from "./committed-result.ts";
export type { ConnectionProblem } from "./connection-problem.ts";
export { isRunnable } from "./connection-status.ts";
export type { ConnectionChange, ConnectionStore, NewConnection, SealedRow } from "./connection-store.ts";
export { contentSecond } from "./content-key.ts";
export { type Coverage, nothingCovered } from "./coverage.ts";
export { dueAfterMs } from "./due-after-ms.ts";
export { executionView } from "./execution-view.ts";
export { fillItem, fillView, isListedFill } from "./fill-view.ts";
export { symbolNames } from "./instrument-key.ts";
export { isRecord } from "./json.ts";
export {
  executionMatcher,
  idMatcher,
  problemMatcher,
  type SearchPrefixes,
  searchPrefixes,
  tradeMatcher,
} from "./list-matches.ts";
export type { Absorption } from "./plan/absorption.ts";
export type {
  BatchRun,
  CommitBatch,
  CommitPlan,
  CommitStats,
  NewCancel,
  NewReport,
  Retold,
} from "./plan/commit-batch.ts";
export { namesOf } from "./plan/missing-keys.ts";
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
  Reread,
  StoredCancel,
  StoredReport,
  TradeRow,
  TradeTotals,
} from "./plan/plan-types.ts";
export { onlyRecords, recordKeysOf, rejectRecords } from "./plan/reject-records.ts";
export { replanBatch } from "./plan/replan-batch.ts";
export type { TradeReview } from "./plan/review.ts";
export {
  emptySnapshot,
  extendSnapshot,
  type Snapshot,
  type SnapshotKeys,
  type SnapshotRows,
  type StoredKey,
} from "./plan/snapshot.ts";
export { tradeFromMembers } from "./plan/trade-from-members.ts";
export type { ImportUndo, UndoOutcome } from "./plan/undo-import.ts";
export { keysOf } from "./plan/wanted-keys.ts";
export type { StoredProblem } from "./problem-types.ts";
export type { StorePrune } from "./prune.ts";
export type { CommitOptions, CommitResult, ConnectionEnd, RunEnd, RunEndResult, RunStart } from "./run-contract.ts";
export { addStats, noStats } from "./run-tally.ts";
export { parseSliceKey, type SliceKey, sliceKeyText } from "./slice-key.ts";
export type { StepCounts } from "./step.ts";
export type {
  BookStore,
  InboxSlice,
  IngestStore,
  JobRecord,
  OpenRejects,
  StoredFill,
} from "./store-contract.ts";
export { isRemovedTrade, type TradeFacts, tradeFacts, tradeView } from "./trade-view.ts";
