import {
  type Connection,
  type ConnectionCoverage,
  type ErrorReport,
  errorRecovery,
  type IngestReport,
  type Job,
  type RunStats,
  type Step,
  type StepStatistics,
  type SyncResult,
  type UndoReport,
} from "@fillbook/core";
import { z } from "zod";
import { count, instantText, jsonValue, named, sliceOf, text } from "./basics.ts";

const health = z.enum(["ok", "degraded", "maintenance_window", "needs_reauth"]);
const code = z.enum(Object.keys(errorRecovery) as (keyof typeof errorRecovery)[]);

export const connection: z.ZodType<Connection> = named(
  "Connection",
  z.strictObject({
    ...{ id: text, userId: text, connector: text, broker: text, accountRef: text.nullable() },
    ...{ label: text.nullable(), settings: jsonValue, health, schedule: z.enum(["interval", "files"]) },
    status: z.enum(["pending", "active", "needs_reauth", "error", "disconnected"]),
    openProblems: z.strictObject({ error: count, warning: count, info: count }),
    ...{ createdAt: instantText, updatedAt: instantText, syncEveryMs: count },
    ...{ nextSyncAt: instantText.nullable(), lastSyncAt: instantText.nullable() },
    ...{ lastSucceededAt: instantText.nullable(), lastValidatedAt: instantText.nullable() },
    ...{ breaker: z.enum(["closed", "open", "half_open"]), consecutiveFailures: count },
    pausedUntil: instantText.nullable(),
  }),
);
export const connectionSlice = sliceOf("Connection", connection);

const span = { from: instantText, to: instantText };
export const coverage: z.ZodType<ConnectionCoverage> = named(
  "Coverage",
  z.strictObject({
    covered: z.array(z.strictObject({ ...span, evidence: text })),
    open: z.array(z.strictObject(span)),
    gaps: z.array(z.strictObject({ ...span, reason: text, lasting: z.boolean().exactOptional() })),
  }),
);

const errorReport: z.ZodType<ErrorReport> = named(
  "ErrorReport",
  z.strictObject({
    ...{
      code,
      recovery: z.enum(["retry", "wait", "reauthenticate", "fix-config", "report-bug", "upload-again"]),
      message: text,
    },
    ...{ retryAfterMs: z.number().nullable(), connectionId: text.nullable() },
  }),
);

const stats: z.ZodType<RunStats> = named(
  "RunStats",
  z.strictObject({
    ...{ pages: count, fetched: count, inserted: count, updated: count, duplicates: count, corrected: count },
    ...{ canceled: count, conflicts: count, ignored: count, rejected: count },
    ...{ canonicalChanges: count, tradesTouched: count, pendingReview: count },
  }),
);

// A window's ends are left out where it has none.
const runWindow = z.strictObject({ from: instantText.exactOptional(), to: instantText.exactOptional() });
const ended = z.enum(["succeeded", "partial", "failed", "blocked_reauth"]);

const runReport = z.strictObject({
  ...{ jobId: text, status: ended, more: z.boolean(), error: errorReport.nullable(), stats, window: runWindow },
  ...{ cursorBefore: jsonValue, cursorAfter: jsonValue, startedAt: instantText, finishedAt: instantText, health },
});
const skippedReport = z.strictObject({
  status: z.literal("skipped"),
  runningJobId: text,
  followUp: z.literal(true).exactOptional(),
});
export const ingestReport: z.ZodType<IngestReport> = named("IngestReport", z.union([runReport, skippedReport]));

export const syncResults: z.ZodType<readonly SyncResult[]> = named(
  "SyncResults",
  z.array(z.strictObject({ connectionId: text, report: ingestReport.nullable(), error: errorReport.nullable() })),
);

const rejectCounts = z.strictObject({ read: count, resolved: count, rejected: count, truncated: count });
export const reprocessReport = named(
  "ReprocessReport",
  z.union([
    z.strictObject({ ...runReport.shape, rejects: rejectCounts, next: text.nullable() }),
    z.strictObject({ status: z.literal("skipped"), runningJobId: text }),
  ]),
);

export const job: z.ZodType<Job> = named(
  "Job",
  z.strictObject({
    ...{ id: text, userId: text, connectionId: text, mode: z.enum(["scheduled", "manual", "backfill"]) },
    ...{ status: z.union([ended, z.literal("running")]), startedAt: instantText, finishedAt: instantText.nullable() },
    ...{ window: runWindow, cursorBefore: jsonValue, cursorAfter: jsonValue, stats },
    ...{ error: errorReport.nullable(), more: z.boolean(), unchangedRuns: count },
    undoneAt: instantText.nullable(),
  }),
);
export const jobSlice = sliceOf("Job", job);

const undoneFill = z.strictObject({
  ...{ id: text, executionId: text.nullable(), symbol: text, executedAt: instantText, tradeId: text.nullable() },
});
const blockedFill = z.strictObject({
  ...undoneFill.shape,
  ...{ reason: z.enum(["told_since", "canceled_since", "cancel_shared"]), jobIds: z.array(text) },
});
const undone = z.strictObject({ count, items: z.array(undoneFill) });
export const undoReport: z.ZodType<UndoReport> = named(
  "UndoReport",
  z.strictObject({
    ...{ jobId: text, status: z.enum(["undone", "nothing_left", "running"]), reversed: undone, kept: undone },
    blocked: z.strictObject({ count, items: z.array(blockedFill) }),
  }),
);

const stepName = z.enum(["begin", "pull", "normalize", "commit", "end"]);
const step: z.ZodType<Step> = named(
  "Step",
  z.strictObject({
    ...{ id: text, connectionId: text, jobId: text, page: count, name: stepName, place: count },
    ...{ startedAt: instantText, durationMs: z.number(), input: jsonValue, output: jsonValue },
    error: z.strictObject({ code, message: text }).nullable(),
  }),
);
export const stepSlice = sliceOf("Step", step);

export const stepStatistics: z.ZodType<readonly StepStatistics[]> = named(
  "StepStatistics",
  z.array(
    z.strictObject({
      ...{ name: stepName, count, failed: count, successRate: z.number(), averageMs: z.number(), p95Ms: z.number() },
      errorCodes: z.array(z.strictObject({ code, count })),
    }),
  ),
);
