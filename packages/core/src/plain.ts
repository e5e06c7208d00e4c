// What needs no schema: an entry of the build only, so that a host that shows trades bundles neither zod nor the engine.
export { systemClock } from "./clock.ts";
export { decimal, parseDecimal } from "./decimal.ts";
export { errorRecovery } from "./error-codes.ts";
export { ImportError, isImportError, toImportError } from "./import-error.ts";
export { instant, instantFromUnixMs, instantFromUnixSeconds, parseInstant, unixMsOf } from "./instant.ts";
export { instrumentKey, instrumentSpellings } from "./instrument-key.ts";
export { silentLogger } from "./logger.ts";
export { problemAction } from "./problem-action.ts";
export { campaignTotals } from "./statistics/campaign-totals.ts";
export { positions } from "./statistics/positions.ts";
export { realizedByDay } from "./statistics/realized-by-day.ts";
