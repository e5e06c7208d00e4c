export { type Clock, systemClock } from "./clock.ts";
export { type Decimal, decimal, parseDecimal } from "./decimal.ts";
export { type ErrorCode, errorRecovery, type Recovery } from "./error-codes.ts";
export { type ErrorReport, ImportError, isImportError, toImportError } from "./import-error.ts";
export { type Instant, instant, instantFromUnixMs, instantFromUnixSeconds, parseInstant, unixMsOf } from "./instant.ts";
export type { Json } from "./json.ts";
export { type Logger, silentLogger } from "./logger.ts";
