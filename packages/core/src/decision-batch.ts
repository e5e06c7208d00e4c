import type { Clock } from "./clock.ts";
import { scopeKey } from "./identify.ts";
import { instantFromUnixMs } from "./instant.ts";
import { type CommitBatch, nothingTold } from "./plan/commit-batch.ts";

/** A batch of what a person decides: no run, no fence, and nothing that a broker told. */
export function decisionBatch({
  owner,
  by,
  clock,
  accounts,
}: {
  readonly owner: string;
  readonly by: string;
  readonly clock: Clock;
  /** What it touches. */
  readonly accounts: readonly { readonly broker: string; readonly account: string }[];
}): CommitBatch {
  return {
    ...{ id: `decision/${crypto.randomUUID()}`, owner, by, at: instantFromUnixMs(clock.now()), run: null },
    accounts: [...new Set(accounts.map(scopeKey))].sort(),
    ...nothingTold,
    pins: [],
  };
}
