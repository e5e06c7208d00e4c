export { type Clock, systemClock } from "./clock.ts";
export { createFillbook, type Fillbook, type FillbookOptions, type IngestRequest } from "./create-fillbook.ts";
export { type Decimal, decimal, parseDecimal } from "./decimal.ts";
export { type ErrorCode, errorRecovery, type Recovery } from "./error-codes.ts";
export type { FillbookEvent } from "./events.ts";
export { type ErrorReport, ImportError, isImportError, toImportError } from "./import-error.ts";
export { ingest } from "./ingest.ts";
export type { IngestReport, RunReport } from "./ingest-report.ts";
export { type Instant, instant, instantFromUnixMs, instantFromUnixSeconds, parseInstant, unixMsOf } from "./instant.ts";
export type { Json } from "./json.ts";
export {
  executionFilterSchema,
  jobFilterSchema,
  problemFilterSchema,
  sliceSchema,
  tradeFilterSchema,
} from "./list-filters.ts";
export { type Logger, silentLogger } from "./logger.ts";
export type { Link } from "./plan/plan-types.ts";
export type {
  Connection,
  ExecutionFilter,
  Health,
  Job,
  JobFilter,
  JobStatus,
  Problem,
  ProblemFilter,
  RunStats,
  Slice,
  SliceRequest,
  StoredExecution,
  Trade,
  TradeFilter,
} from "./read-types.ts";
export type { IngestOptions } from "./run.ts";
export type { ConnectRequest, UserBook } from "./user-book.ts";
