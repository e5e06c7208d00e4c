import type { Instant } from "../instant.ts";
import { type CommitBatch, nothingTold } from "./commit-batch.ts";

/**
 * A batch that tells nothing new: `planCommit` reads these families with all that belongs to them, settles them again,
 * and writes only what is not as it should be. For operators who doubt stored marks; it needs no run.
 *
 * It believes the stored `fill` marks, which say what a report has added to its trade. Where these were wrong the trades'
 * totals are wrong after it: sum them anew with `tradeFromMembers` then.
 *
 * @param request `families` names each family by its key and any of its reports; `id` is new for each batch.
 */
export function replanBatch(request: {
  readonly owner: string;
  readonly families: readonly { readonly familyKey: string; readonly revisionKey: string }[];
  readonly id: string;
  readonly at: Instant;
}): CommitBatch {
  const { owner, families, id, at } = request;
  return {
    ...{ id, owner, at, run: null, ...nothingTold },
    accounts: [...new Set(families.map(({ familyKey }) => accountOf(familyKey)))].sort(),
    pins: families.map(({ familyKey, revisionKey }) => ({ familyKey, revisionKey, pinned: null })),
  };
}

// Broker and account stand first in every key, percent-encoded.
function accountOf(familyKey: string): string {
  return familyKey.split("/", 2).join("/");
}
