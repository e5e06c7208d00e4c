import { createFillbook, type FillbookOptions, type SyncResult } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";

/**
 * Runs one claimed connection as a tick of `ingestDue` would: on schedule, so not when a pause began, its owner ended it or
 * its credentials were refused while its job waited. Null then. The claim is the queue's, so the book is told that one.
 */
export async function runClaimed(
  options: FillbookOptions<readonly AnyConnector[]>,
  { connectionId, signal }: { readonly connectionId: string; readonly signal: AbortSignal },
): Promise<SyncResult | null> {
  const store = { ...options.store, claimDue: async () => [connectionId] };
  const [result] = await createFillbook({ ...options, store }).ingestDue({ limit: 1, signal });
  return result ?? null;
}
