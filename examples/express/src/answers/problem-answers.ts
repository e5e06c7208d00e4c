import {
  type AuditEvent,
  auditFilterSchema,
  type Problem,
  type ProblemAction,
  type ProblemCount,
} from "@fillbook/core";
import { z } from "zod";
import { count, instantText, jsonValue, named, sliceOf, text } from "./basics.ts";

const kind: z.ZodType<Problem["kind"]> = z.enum([
  ...(["conflict", "unmatched_cancel", "ambiguous_identity", "reject", "schema_drift", "coverage_gap"] as const),
  ...(["partial_import", "warning", "needs_reauth", "connection_error"] as const),
  ...(["broker_failing", "pacing", "maintenance"] as const),
]);
const severity = z.enum(["info", "warning", "error"]);

const action: z.ZodType<ProblemAction> = named(
  "ProblemAction",
  z.union([
    z.strictObject({ kind: z.enum(["none", "wait", "contact-support"]) }),
    z.strictObject({
      kind: z.enum(["reauthenticate", "grant-permission", "change-settings", "disconnect", "reprocess", "upload-file"]),
      connectionId: text,
    }),
    z.strictObject({
      kind: z.literal("read-again"),
      connectionId: text,
      window: z.strictObject({ from: instantText, to: instantText }),
    }),
    z.strictObject({ kind: z.literal("check-query"), connectionId: text.nullable() }),
    z.strictObject({ kind: z.literal("pin-report"), familyKey: text, revisionKeys: z.array(text) }),
  ]),
);

export const problem: z.ZodType<Problem> = named(
  "Problem",
  z.strictObject({
    ...{ id: text, userId: text, connectionId: text.nullable(), jobId: text.nullable(), problemKey: text, kind },
    ...{ severity, message: text, details: jsonValue, openedAt: instantText, resolvedAt: instantText.nullable() },
    action,
  }),
);
export const problemSlice = sliceOf("Problem", problem);

export const problemCounts: z.ZodType<readonly ProblemCount[]> = named(
  "ProblemCounts",
  z.array(z.strictObject({ kind, severity, count })),
);

const auditEvent: z.ZodType<AuditEvent> = named(
  "AuditEvent",
  z.strictObject({
    ...{ id: text, at: instantText, by: text, connectionId: text.nullable(), tradeId: text.nullable() },
    details: jsonValue,
    action: auditFilterSchema.shape.action.def.innerType,
  }),
);
export const auditSlice = sliceOf("AuditEvent", auditEvent);
