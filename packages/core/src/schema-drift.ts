/** Rejected records past both of these stop the run: the broker's format has changed. */
const REJECTED_MAX = 50;
const REJECTED_SHARE_MAX = 0.2;

/** What a run has read so far. Rejects that were stored before do not count again. */
export interface DriftCounts {
  readonly fetched: number;
  readonly rejected: number;
}

export function isDrift({ fetched, rejected }: DriftCounts): boolean {
  return rejected > REJECTED_MAX && rejected > fetched * REJECTED_SHARE_MAX;
}

export function driftProblemKey(connectionId: string): string {
  return `schema_drift:${connectionId}`;
}

export function driftMessage({ fetched, rejected }: DriftCounts): string {
  const message = `${rejected} of ${fetched} records could not be read: the broker's format has changed`;
  return `${message}. They are stored as rejects; update the connector and reprocess them`;
}
