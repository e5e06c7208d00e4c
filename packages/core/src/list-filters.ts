import { z } from "zod";
import { auditActions } from "./audit-event.ts";
import { instantSchema, instrumentKinds } from "./execution.ts";
import { problemKinds } from "./plan/plan-types.ts";
import { isSafeText } from "./safe-text.ts";
import { stepNames } from "./step.ts";
import { textId } from "./text-id.ts";

const slice = {
  limit: z.number().int().min(1).max(200).default(50),
  after: z.string().max(1000).exactOptional(),
};

/** What every list takes: `limit` 1 to 200, `after` from the slice before. */
export const sliceSchema = z.strictObject(slice);

const reports = {
  ...slice,
  connectionId: textId.exactOptional(),
  broker: textId.exactOptional(),
  account: textId.exactOptional(),
  jobId: textId.exactOptional(),
  instrumentKind: z.enum(instrumentKinds).exactOptional(),
  instrumentId: textId.exactOptional(),
  symbol: textId.exactOptional(),
  search: textId.exactOptional(),
  from: instantSchema.exactOptional(),
  to: instantSchema.exactOptional(),
};

export const tradeFilterSchema = z.strictObject({
  ...reports,
  inbox: z.enum(["pending_review", "reviewed"]).exactOptional(),
  status: z.enum(["filled", "partial", "canceled", "unknown"]).exactOptional(),
  changedSinceReview: z.boolean().exactOptional(),
});

export const fillFilterSchema = z.strictObject({ ...reports, tradeId: textId.exactOptional() });

/** A key holds its broker and account, each as long as an id, with every character encoded. */
export const familyKeySchema = z.string().min(1).max(10_000).refine(isSafeText, "holds a control character");

export const executionFilterSchema = z.strictObject({
  ...reports,
  familyKey: familyKeySchema.exactOptional(),
  tradeId: textId.exactOptional(),
  canonical: z.boolean().exactOptional(),
});

export const jobFilterSchema = z.strictObject({
  ...slice,
  connectionId: textId.exactOptional(),
  status: z.enum(["running", "succeeded", "partial", "failed", "blocked_reauth"]).exactOptional(),
});

export const problemFilterSchema = z.strictObject({
  ...slice,
  connectionId: textId.exactOptional(),
  broker: textId.exactOptional(),
  jobId: textId.exactOptional(),
  kind: z.enum(problemKinds).exactOptional(),
  severity: z.enum(["info", "warning", "error"]).exactOptional(),
  state: z.enum(["open", "resolved", "all"]).default("open"),
});

export const problemCountFilterSchema = z.strictObject({ connectionId: textId.exactOptional() });

export const auditFilterSchema = z.strictObject({
  ...slice,
  connectionId: textId.exactOptional(),
  tradeId: textId.exactOptional(),
  action: z.enum(auditActions).exactOptional(),
});

const stepFilter = {
  connectionId: textId.exactOptional(),
  name: z.enum(stepNames).exactOptional(),
  from: instantSchema.exactOptional(),
  to: instantSchema.exactOptional(),
};

/** `limit` 1 to 100. */
export const stepFilterSchema = z.strictObject({
  ...slice,
  limit: z.number().int().min(1).max(100).default(50),
  ...stepFilter,
});

export const stepStatisticsFilterSchema = z.strictObject(stepFilter);
