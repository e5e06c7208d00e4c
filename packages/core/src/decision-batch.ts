import type { Clock } from "./clock.ts";
import { scopeKey } from "./identify.ts";
import { instantFromUnixMs } from "./instant.ts";
import { type CommitBatch, nothingTold } from "./plan/commit-batch.ts";

/** Broker and account of families, sorted: what a batch about them locks. They stand first in every key. */
export function scopesOfKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.split("/", 2).join("/")))].sort();
}

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
