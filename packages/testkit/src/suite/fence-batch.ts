import { instant, type Json } from "@fillbook/core";
import type { CommitBatch } from "@fillbook/core/store";

/** A batch that holds one problem and moves the cursor: enough to see whether a store lets it pass. */
export function fenceBatch(run: {
  connectionId: string;
  jobId: string;
  token: number;
  cursor: Json;
  /** Pages of one job rise. @defaultValue 1 */
  page?: number;
  /** @defaultValue "owner" */
  owner?: string;
}): CommitBatch {
  const { connectionId, jobId, token, cursor, page = 1, owner = "owner" } = run;
  return {
    ...{
      id: `${jobId}/${page}`,
      owner,
      at: instant("2026-01-05T12:00:00Z"),
      run: { connectionId, jobId, token, page, cursor },
    },
    ...{
      accounts: [],
      fetched: 0,
      ignored: 0,
      reports: [],
      cancels: [],
      rejects: [],
      rereads: [],
      contexts: [],
      decisions: [],
      pins: [],
    },
    problems: [{ problemKey: "warning:fence", kind: "warning", severity: "warning", message: "seen", details: null }],
  };
}
