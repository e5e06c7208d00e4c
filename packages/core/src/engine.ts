// The rest of `index.ts`: an entry of the build only, so that the built index holds no code of its own. A bundler that finds
// code there keeps all of it for whichever name a host takes.
export { createFillbook } from "./create-fillbook.ts";
export { ingest } from "./ingest.ts";
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
export { dayFilterSchema, positionFilterSchema, statisticsFilterSchema } from "./user-statistics.ts";
