import { contentOrdinal } from "../identify.ts";
import { rejectKeys } from "../page-batch.ts";
import { safeText } from "../safe-text.ts";
import type { CommitBatch, NewCancel, NewReport } from "./commit-batch.ts";
import type { Reject } from "./plan-types.ts";

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
  const refused = recordKeysOf(batch).flatMap((key) => (keys.has(key) ? (rejects.get(key) ?? []) : []));
  const kept = recordKeysOf(batch).filter((key) => !keys.has(key));
  const { fetched } = batch;
  return { ...onlyRecords(batch, new Set(kept)), fetched, rejects: [...batch.rejects, ...refused] };
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
  const add = (key: string, record: NewReport | NewCancel, ordinal: number) => {
    if (rejects.has(key)) return;
    const reject = rejectOf(record, { reason, ordinal, taken });
    taken.add(reject.rejectKey);
    rejects.set(key, reject);
  };
  for (const report of batch.reports) add(report.revisionKey, report, contentOrdinal(report.familyKey));
  for (const cancel of batch.cancels) add(cancel.cancelKey, cancel, 0);
  return rejects;
}

function rejectOf(
  record: NewReport | NewCancel,
  from: { readonly reason: string; readonly ordinal: number; readonly taken: ReadonlySet<string> },
): Reject {
  const { connectionId, jobId, fetchedAt, contextHash, raw } = record;
  const rawText = JSON.stringify(raw);
  let { ordinal } = from;
  let keys = rejectKeys({ connectionId, rawText, ordinal });
  while (from.taken.has(keys.rejectKey)) {
    ordinal += 1;
    keys = rejectKeys({ connectionId, rawText, ordinal });
  }
  return { ...keys, connectionId, jobId, fetchedAt, contextHash, reason: from.reason, raw, rawTruncated: false };
}
