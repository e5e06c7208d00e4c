import * as z from "zod/mini";
import { auditActions } from "./audit-event.ts";
import { instantSchema, instrumentKinds } from "./execution.ts";
import { problemKinds } from "./plan/plan-types.ts";
import { isSafeText } from "./safe-text.ts";
import { stepNames } from "./step.ts";
import { textId } from "./text-id.ts";
import { wholeNumber } from "./whole-number.ts";

const slice = {
  limit: z._default(wholeNumber(1, 200), 50),
  after: z.exactOptional(z.string().check(z.maxLength(1000))),
};

/** What every list takes: `limit` 1 to 200, `after` from the slice before. */
export const sliceSchema = z.strictObject(slice);

const reports = {
  ...slice,
  connectionId: z.exactOptional(textId),
  broker: z.exactOptional(textId),
  account: z.exactOptional(textId),
  jobId: z.exactOptional(textId),
  instrumentKind: z.exactOptional(z.enum(instrumentKinds)),
  instrumentId: z.exactOptional(textId),
  symbol: z.exactOptional(textId),
  search: z.exactOptional(textId),
  from: z.exactOptional(instantSchema),
  to: z.exactOptional(instantSchema),
};

export const tradeFilterSchema = z.strictObject({
  ...reports,
  inbox: z.exactOptional(z.enum(["pending_review", "reviewed"])),
  status: z.exactOptional(z.enum(["filled", "partial", "canceled", "unknown"])),
  changedSinceReview: z.exactOptional(z.boolean()),
});

export const fillFilterSchema = z.strictObject({ ...reports, tradeId: z.exactOptional(textId) });

/** A key holds its broker and account, each as long as an id, with every character encoded. */
export const familyKeySchema = z
  .string()
  .check(z.minLength(1), z.maxLength(10_000), z.refine(isSafeText, "holds a control character"));

export const executionFilterSchema = z.strictObject({
  ...reports,
  familyKey: z.exactOptional(familyKeySchema),
  tradeId: z.exactOptional(textId),
  canonical: z.exactOptional(z.boolean()),
});

export const jobFilterSchema = z.strictObject({
  ...slice,
  connectionId: z.exactOptional(textId),
  status: z.exactOptional(z.enum(["running", "succeeded", "partial", "failed", "blocked_reauth"])),
});

export const problemFilterSchema = z.strictObject({
  ...slice,
  connectionId: z.exactOptional(textId),
  broker: z.exactOptional(textId),
  jobId: z.exactOptional(textId),
  kind: z.exactOptional(z.enum(problemKinds)),
  severity: z.exactOptional(z.enum(["info", "warning", "error"])),
  state: z._default(z.enum(["open", "resolved", "all"]), "open"),
});

export const problemCountFilterSchema = z.strictObject({ connectionId: z.exactOptional(textId) });

export const auditFilterSchema = z.strictObject({
  ...slice,
  connectionId: z.exactOptional(textId),
  tradeId: z.exactOptional(textId),
  action: z.exactOptional(z.enum(auditActions)),
});

const stepFilter = {
  connectionId: z.exactOptional(textId),
  name: z.exactOptional(z.enum(stepNames)),
  from: z.exactOptional(instantSchema),
  to: z.exactOptional(instantSchema),
};

/** `limit` 1 to 100. */
export const stepFilterSchema = z.strictObject({
  ...slice,
  limit: z._default(wholeNumber(1, 100), 50),
  ...stepFilter,
});

export const stepStatisticsFilterSchema = z.strictObject(stepFilter);
