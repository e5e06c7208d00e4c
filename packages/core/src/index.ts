export type { AuditAction, AuditEvent, AuditFilter } from "./audit-event.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ConnectRequest } from "./connect-request.ts";
export type { Correction, FieldChange } from "./corrections.ts";
export { createFillbook, type Fillbook, type FillbookOptions, type IngestRequest } from "./create-fillbook.ts";
export type { CredentialOwner } from "./credential-access.ts";
export { type Decimal, decimal, parseDecimal } from "./decimal.ts";
export { type ErrorCode, errorRecovery, type Recovery } from "./error-codes.ts";
export type { FillbookEvent } from "./events.ts";
export type { ExecutionFilter, FillFilter, JobFilter, ReportFilter, TradeFilter } from "./filter-types.ts";
export { type ErrorReport, ImportError, isImportError, toImportError } from "./import-error.ts";
export { ingest } from "./ingest.ts";
export type { DueRequest } from "./ingest-due.ts";
export type { IngestReport, RunReport, SkippedReport } from "./ingest-report.ts";
export { type Instant, instant, instantFromUnixMs, instantFromUnixSeconds, parseInstant, unixMsOf } from "./instant.ts";
export { instrumentKey, instrumentSpellings } from "./instrument-key.ts";
export type { Json } from "./json.ts";
export {
  auditFilterSchema,
  executionFilterSchema,
  fillFilterSchema,
  jobFilterSchema,
  problemCountFilterSchema,
  problemFilterSchema,
  sliceSchema,
  stepFilterSchema,
  stepStatisticsFilterSchema,
  tradeFilterSchema,
} from "./list-filters.ts";
export { type Logger, silentLogger } from "./logger.ts";
export type { ManualMatch } from "./manual-match.ts";
export type { Absorption } from "./plan/absorption.ts";
export type { Decision, Link } from "./plan/plan-types.ts";
export type { BlockedFill, UndoneFill } from "./plan/undo-import.ts";
export { type ActionableProblem, type ProblemAction, problemAction } from "./problem-action.ts";
export type { Problem, ProblemCount, ProblemFilter } from "./problem-types.ts";
export type { PruneReport, PruneRequest } from "./prune.ts";
export type {
  Connection,
  ConnectionStatus,
  Fill,
  Health,
  Job,
  JobStatus,
  OpenProblems,
  RunStats,
  Slice,
  SliceRequest,
  StoredExecution,
  Trade,
} from "./read-types.ts";
export type { RejectCounts, ReprocessReport, ReprocessRequest } from "./reprocess-rejects.ts";
export type { KeyRotation } from "./rotate-keys.ts";
export type { IngestOptions } from "./run.ts";
export {
  type CampaignCurrency,
  type CampaignOptions,
  type CampaignTotals,
  campaignTotals,
} from "./statistics/campaign-totals.ts";
export type { OpenLot } from "./statistics/fifo-lots.ts";
export type { CurrencyAmount, FeeTally, FillTally } from "./statistics/fill-tally.ts";
export { type Position, positions } from "./statistics/positions.ts";
export { type DayOptions, type RealizedDay, realizedByDay } from "./statistics/realized-by-day.ts";
export type { StatFill } from "./statistics/stat-fill.ts";
export type { Step, StepFilter, StepName, StepStatistics, StepStatisticsFilter } from "./step.ts";
export type { SyncRequest } from "./sync-now.ts";
export type { SyncResult } from "./sync-result.ts";
export type { Suggestion, TradePlan, TradePlans, TradePlansRequest } from "./trade-suggestion.ts";
export type { AbsorbRequest, UserAbsorb } from "./user-absorb.ts";
export type { UserAudit } from "./user-audit.ts";
export type { UserBook } from "./user-book.ts";
export type { ConnectionCoverage, ConnectionUpdate, UserConnections } from "./user-connections.ts";
export type { UndoList, UndoReport, UserImports } from "./user-imports.ts";
export type { UserLineage } from "./user-lineage.ts";
export type { ManualTrade, ManualTradeUpdate, UserManualTrades } from "./user-manual.ts";
export type { PinRequest, UserPins } from "./user-pins.ts";
export type { UserProblems } from "./user-problems.ts";
export type { InboxTrade, ReviewRequest, SeenTrades, UserReview } from "./user-review.ts";
export {
  type DayFilter,
  dayFilterSchema,
  type PositionFilter,
  positionFilterSchema,
  type StatisticsFilter,
  statisticsFilterSchema,
  type UserStatistics,
} from "./user-statistics.ts";
export type { UserSync } from "./user-sync.ts";
export type { Vault, VaultBinding } from "./vault.ts";
