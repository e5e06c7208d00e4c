import { contentOrdinal } from "../identify.ts";
import { rejectKeys } from "../page-batch.ts";
import { safeText } from "../safe-text.ts";
import type { CommitBatch, NewCancel, NewReport } from "./commit-batch.ts";
import type { Reject, Reread } from "./plan-types.ts";

/**
 * The batch with a reject in place of each report and cancel whose key is in `keys`. For a store whose database refuses
 * what core accepted: one record must not hold up its page. The eight counts still add up to `fetched`.
 *
 * Pure, and the same for every import of the page: what was refused once is a duplicate from then on.
 *
 * @param keys of {@link recordKeysOf}.
 * @param reason what the database said, without the record's values; cut at 1000 characters.
 */
export function rejectRecords(batch: CommitBatch, keys: ReadonlySet<string>, reason: string): CommitBatch {
  const rejects = rejectsByKey(batch, safeText(reason));
  const rereads = batch.rereads.map((reread) => refusedReread(reread, { keys, reason: safeText(reason) }));
  const rereadKeys = new Map(rereads.map(({ recordKey, rejectKey }) => [recordKey, rejectKey]));
  const refused = recordKeysOf(batch).flatMap((key) => {
    const reject = keys.has(key) ? rejects.get(key) : undefined;
    if (reject === undefined) return [];
    // A stored reject that was read again is the same reject.
    return { ...reject, rejectKey: rereadKeys.get(key) ?? reject.rejectKey };
  });
  const kept = recordKeysOf(batch).filter((key) => !keys.has(key));
  const { fetched } = batch;
  return { ...onlyRecords(batch, new Set(kept)), fetched, rejects: [...batch.rejects, ...refused], rereads };
}

function refusedReread(reread: Reread, refused: { keys: ReadonlySet<string>; reason: string }): Reread {
  const isRefused = reread.recordKey !== null && refused.keys.has(reread.recordKey);
  return isRefused ? { ...reread, reason: refused.reason } : reread;
}

/** The keys of all reports, then of all cancels, in the batch's order; a record that is in it twice is named twice. */
export function recordKeysOf({ reports, cancels }: CommitBatch): readonly string[] {
  return [...reports.map((report) => report.revisionKey), ...cancels.map((cancel) => cancel.cancelKey)];
}

/**
 * The batch with these reports and cancels only, as if no others had been fetched; all else is as it was. So a store can
 * try a part of it.
 */
export function onlyRecords(batch: CommitBatch, keys: ReadonlySet<string>): CommitBatch {
  const reports = batch.reports.filter((report) => keys.has(report.revisionKey));
  const cancels = batch.cancels.filter((cancel) => keys.has(cancel.cancelKey));
  const left = batch.reports.length + batch.cancels.length - reports.length - cancels.length;
  return { ...batch, fetched: batch.fetched - left, reports, cancels };
}

// A record keeps the number that its connector gave it among its equals. Other records with one text are counted on over
// the whole batch, so that a number does not depend on which of them are refused.
function rejectsByKey(batch: CommitBatch, reason: string): ReadonlyMap<string, Reject> {
  const taken = new Set(batch.rejects.map((reject) => reject.rejectKey));
  const rejects = new Map<string, Reject>();
  const add = (key: string, record: NewReport | NewCancel, number: number | null) => {
    if (rejects.has(key)) return;
    const reject = rejectOf(record, { reason, number, taken });
    taken.add(reject.rejectKey);
    rejects.set(key, reject);
  };
  for (const report of batch.reports) add(report.revisionKey, report, numberOf(report));
  for (const cancel of batch.cancels) add(cancel.cancelKey, cancel, null);
  return rejects;
}

function numberOf({ familyClass, familyKey }: NewReport): number | null {
  return familyClass === "content" ? contentOrdinal(familyKey) : null;
}

function rejectOf(
  record: NewReport | NewCancel,
  from: { readonly reason: string; readonly number: number | null; readonly taken: ReadonlySet<string> },
): Reject {
  const { connectionId, jobId, fetchedAt, contextHash, raw } = record;
  const rawText = JSON.stringify(raw);
  let ordinal = from.number ?? 0;
  let keys = rejectKeys({ connectionId, rawText, ordinal });
  while (from.taken.has(keys.rejectKey)) {
    ordinal += 1;
    keys = rejectKeys({ connectionId, rawText, ordinal });
  }
  const firstReportedAt = "firstReportedAt" in record ? record.firstReportedAt : null;
  const origin = { connectionId, jobId, fetchedAt, contextHash, firstReportedAt };
  return { ...keys, ...origin, reason: from.reason, raw, rawTruncated: false, ordinal: from.number };
}
