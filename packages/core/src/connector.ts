export { letTimersRun } from "./clock.ts";
export type { CheckResult, SettingsInput } from "./connector-check.ts";
export type {
  AnyConnector,
  Connector,
  CoveredSpan,
  FilePage,
  FileRequest,
  HistorySpan,
  MissingSpan,
  Normalized,
  Page,
  PageCoverage,
  PageDiagnostic,
  PageRecord,
  PullConnection,
  PullRequest,
  RunMode,
  RunWindow,
} from "./connector-contract.ts";
export { contentKey } from "./content-key.ts";
export type { Alias, Cancel, CancelInput, Execution, ExecutionInput, Fee, Instrument } from "./execution.ts";
export { cancelSchema, decimalSchema, executionSchema, instantSchema } from "./execution.ts";
export type { SharedState } from "./shared-state.ts";
