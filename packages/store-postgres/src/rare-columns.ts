import type { Decision, NewCancel, Reject, StoredCancel } from "@fillbook/core/store";
import { type KeptDecision, linkOf, staleColumn } from "./counted-decisions.ts";
import type { SqlRow } from "./postgres-driver.ts";
import { booleanText, instantColumn, isTrue, type SqlColumns, textOf, textOrNull } from "./sql-columns.ts";

/** Every column of `cancels`. What a cancel says is one document: only the planner reads it. */
export const cancelColumns: SqlColumns<NewCancel> = [
  { name: "owner", type: "text", write: ({ owner }) => owner },
  { name: "cancel_key", type: "text", write: ({ cancelKey }) => cancelKey },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  { name: "alias_keys", type: "json", write: ({ aliasKeys }) => JSON.stringify(aliasKeys) },
  { name: "facts", type: "json", write: (cancel) => JSON.stringify(cancelFacts(cancel)) },
  { name: "raw", type: "json", write: ({ raw }) => JSON.stringify(raw) },
  { name: "connection_id", type: "text", write: ({ connectionId }) => connectionId },
  { name: "job_id", type: "text", write: ({ jobId }) => jobId },
  { name: "fetched_at", type: "timestamptz", write: ({ fetchedAt }) => fetchedAt },
  { name: "context_hash", type: "text", write: ({ contextHash }) => contextHash },
  { name: "undone", type: "text", write: () => null },
];

export const cancelSelection = [
  "owner, cancel_key, family_key, alias_keys, facts, connection_id, job_id, undone",
  instantColumn("fetched_at"),
].join(", ");

/** A row of {@link cancelSelection} as the planner sees it. */
export function cancelRow(row: SqlRow): StoredCancel {
  const cancel = {
    ...JSON.parse(textOf(row, "facts")),
    owner: textOf(row, "owner"),
    cancelKey: textOf(row, "cancel_key"),
    familyKey: textOrNull(row, "family_key"),
    aliasKeys: JSON.parse(textOf(row, "alias_keys")),
    connectionId: textOf(row, "connection_id"),
    jobId: textOf(row, "job_id"),
    fetchedAt: textOf(row, "fetched_at"),
    undone: textOrNull(row, "undone"),
  };
  // Written by cancelColumns from a cancel that core had checked.
  return cancel as unknown as StoredCancel;
}

/** The families and aliases that cancels name, one row each. */
export const cancelNameColumns: SqlColumns<{ readonly cancel: NewCancel; readonly name: string }> = [
  { name: "owner", type: "text", write: ({ cancel }) => cancel.owner },
  { name: "name", type: "text", write: ({ name }) => name },
  { name: "cancel_key", type: "text", write: ({ cancel }) => cancel.cancelKey },
];

/** Every column of `rejects`. */
export const rejectColumns = (owner: string): SqlColumns<Reject> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "reject_key", type: "text", write: ({ rejectKey }) => rejectKey },
  { name: "connection_id", type: "text", write: ({ connectionId }) => connectionId },
  { name: "job_id", type: "text", write: ({ jobId }) => jobId },
  { name: "reason", type: "text", write: ({ reason }) => reason },
  { name: "raw_hash", type: "text", write: ({ rawHash }) => rawHash },
  { name: "raw", type: "json", write: ({ raw }) => JSON.stringify(raw) },
  { name: "raw_truncated", type: "boolean", write: ({ rawTruncated }) => booleanText(rawTruncated) },
  { name: "context_hash", type: "text", write: ({ contextHash }) => contextHash },
  { name: "fetched_at", type: "timestamptz", write: ({ fetchedAt }) => fetchedAt },
  { name: "first_reported_at", type: "timestamptz", write: ({ firstReportedAt }) => firstReportedAt },
  { name: "ordinal", type: "integer", write: ({ ordinal }) => (ordinal === null ? null : String(ordinal)) },
];

export const rejectSelection = [
  "reject_key, connection_id, job_id, reason, raw_hash, raw, raw_truncated, context_hash, ordinal",
  instantColumn("fetched_at"),
  instantColumn("first_reported_at"),
].join(", ");

/** A row of {@link rejectSelection}. */
export function rejectRow(row: SqlRow): Reject {
  const ordinal = textOrNull(row, "ordinal");
  const reject = {
    rejectKey: textOf(row, "reject_key"),
    connectionId: textOf(row, "connection_id"),
    jobId: textOf(row, "job_id"),
    reason: textOf(row, "reason"),
    rawHash: textOf(row, "raw_hash"),
    ordinal: ordinal === null ? null : Number(ordinal),
    raw: JSON.parse(textOf(row, "raw")),
    rawTruncated: isTrue(row, "raw_truncated"),
    contextHash: textOf(row, "context_hash"),
    fetchedAt: textOf(row, "fetched_at"),
    firstReportedAt: textOrNull(row, "first_reported_at"),
  };
  // Written by rejectColumns from a reject that core had made.
  return reject as unknown as Reject;
}

/** Every column of `decisions`; the first two are its key. */
export const decisionColumns = (owner: string): SqlColumns<KeptDecision> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "family_key", type: "text", write: ({ familyKey }) => familyKey },
  {
    name: "trade_plan_id",
    type: "text",
    write: ({ link }) => (link && "tradePlanId" in link ? link.tradePlanId : null),
  },
  { name: "campaign_id", type: "text", write: ({ link }) => (link && "campaignId" in link ? link.campaignId : null) },
  { name: "decided_at", type: "timestamptz", write: ({ decidedAt }) => decidedAt },
  { name: "decided_by", type: "text", write: ({ decidedBy }) => decidedBy },
  { name: "seen_revision_key", type: "text", write: ({ seenRevisionKey }) => seenRevisionKey },
  { name: "suggestion", type: "json", write: ({ suggestion }) => JSON.stringify(suggestion) },
  { name: "previous", type: "json", write: ({ previous = null }) => JSON.stringify(previous) },
  { name: "absorption", type: "json", write: ({ absorption = null }) => JSON.stringify(absorption) },
  staleColumn,
];

export const decisionSelection = [
  "family_key, trade_plan_id, campaign_id, decided_by, seen_revision_key, suggestion, previous, absorption",
  instantColumn("decided_at"),
].join(", ");

/** A row of {@link decisionSelection} as the planner sees it. */
export function decisionRow(row: SqlRow): Decision {
  const decision = {
    familyKey: textOf(row, "family_key"),
    link: linkOf(textOrNull(row, "trade_plan_id"), textOrNull(row, "campaign_id")),
    decidedAt: textOf(row, "decided_at"),
    decidedBy: textOf(row, "decided_by"),
    seenRevisionKey: textOrNull(row, "seen_revision_key"),
    suggestion: JSON.parse(textOrNull(row, "suggestion") ?? "null"),
    previous: JSON.parse(textOrNull(row, "previous") ?? "null"),
    absorption: JSON.parse(textOrNull(row, "absorption") ?? "null"),
  };
  // Written by decisionColumns from a decision that core had checked.
  return decision as unknown as Decision;
}

function cancelFacts(cancel: NewCancel) {
  const { broker, account, familyId, revision, aliases, quantity, price, sequence, fees, source } = cancel;
  return { broker, account, familyId, revision, aliases, quantity, price, sequence, fees, source };
}
