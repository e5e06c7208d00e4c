import type { AnyConnector } from "./connector-contract.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import { accountsOf, addRecord, type BatchParts, noParts } from "./page-batch.ts";
import type { BatchRun, CommitBatch } from "./plan/commit-batch.ts";
import type { Reject, Reread } from "./plan/plan-types.ts";

export interface RereadSource {
  readonly connector: AnyConnector;
  readonly owner: string;
  readonly run: BatchRun;
  readonly at: Instant;
  /** Every context of the rejects, by its hash. */
  readonly contexts: ReadonlyMap<string, Json>;
}

/**
 * Stored rejects as one commit: what can be read now becomes a report or a cancel and its reject is resolved with it;
 * what still cannot is counted as a duplicate of its reject.
 */
export function rereadBatch(rejects: readonly Reject[], source: RereadSource): CommitBatch {
  const { owner, run, at } = source;
  const parts = noParts();
  const rereads = rejects.map((reject) => reread(parts, reject, source));
  return {
    ...{ id: `${run.jobId}/${run.page}`, owner, at, run, accounts: accountsOf(parts), fetched: rejects.length },
    ...parts,
    ...{ rereads, contexts: [], decisions: [], pins: [], problems: [] },
  };
}

function reread(all: BatchParts, reject: Reject, { connector, owner, run, contexts }: RereadSource): Reread {
  const { rejectKey, raw, ordinal, connectionId, fetchedAt, contextHash, firstReportedAt } = reject;
  const parts = noParts();
  const origin = { owner, connectionId, jobId: run.jobId, fetchedAt, contextHash, firstReportedAt };
  const record = ordinal === null ? { raw } : { raw, ordinal };
  addRecord(parts, record, { connector, context: contexts.get(contextHash) ?? null, origin });
  all.reports.push(...parts.reports);
  all.cancels.push(...parts.cancels);
  all.rejects.push(...parts.rejects.map(({ reason }) => ({ ...reject, reason })));
  all.ignored += parts.ignored;
  const recordKey = parts.reports[0]?.revisionKey ?? parts.cancels[0]?.cancelKey ?? null;
  return { rejectKey, recordKey, reason: parts.rejects[0]?.reason ?? null };
}
