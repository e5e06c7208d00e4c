import { digest } from "./digest.ts";
import type { CancelFacts } from "./execution.ts";
import { feeFacts, realAliases, scopeKey } from "./identify.ts";
import { realSequence } from "./rank.ts";
import { realId } from "./text-id.ts";

/** A cancel's own key and the keys by which it finds reports. */
export interface CancelKeys {
  readonly cancelKey: string;
  readonly familyKey: string | null;
  readonly aliasKeys: readonly string[];
}

/** Derives all keys of a cancel from the cancel alone; told by two interfaces it is one cancel. */
export function identifyCancel(cancel: CancelFacts, { owner }: { owner: string }): CancelKeys {
  const scope = scopeKey(cancel);
  const familyId = realId(cancel.familyId);
  const familyKey = familyId === null ? null : `${scope}/x:${familyId}`;
  const aliasKeys = realAliases(cancel.aliases).map((alias) => `${scope}/${alias}`);
  const { quantity, price, revision } = cancel;
  const facts = [quantity, price, revision, realSequence(cancel.sequence), feeFacts(cancel.fees)];
  return {
    cancelKey: digest(JSON.stringify([owner, scope, "cancel", familyKey, aliasKeys, ...facts])),
    familyKey,
    aliasKeys,
  };
}
