import { cancelsByName, matchCancels } from "./match-cancels.ts";
import type { Decided } from "./plan-commit.ts";
import type { CancelRow, NewProblem } from "./plan-types.ts";

/** Opens a problem for each cancel in sight that waits, and resolves those of the others. */
export function cancelProblems(decided: Decided): {
  readonly opened: readonly NewProblem[];
  readonly resolved: readonly string[];
} {
  const opened: NewProblem[] = [];
  const resolved = [...(decided.undo?.cancels ?? [])].map(problemKeyOf);
  const matched = matchedKeys(decided);
  for (const cancel of decided.cancels.values()) {
    if (matched.has(cancel.cancelKey)) resolved.push(problemKeyOf(cancel.cancelKey));
    else opened.push(unmatchedProblem(cancel));
  }
  return { opened, resolved };
}

/** A cancel in sight may stand on a fill that this commit does not decide: then it does not wait. */
function matchedKeys({ settled, cancels, folded, reach }: Decided): ReadonlySet<string> {
  const matched = new Set<string>();
  for (const { cancelKeys } of settled) for (const key of cancelKeys) matched.add(key);
  const others = [...cancels.values()].filter(({ cancelKey }) => !matched.has(cancelKey));
  if (others.length === 0) return matched;
  const cancelsOf = cancelsByName(others, folded.crowded);
  for (const family of folded.fills) {
    if (reach.decided.has(family.familyKey) || !reach.whole.has(family.familyKey)) continue;
    for (const { cancelKey } of matchCancels(family, cancelsOf(family), folded.crowded).matched) matched.add(cancelKey);
  }
  return matched;
}

function problemKeyOf(cancelKey: string): string {
  return `cancel:${cancelKey}`;
}

function unmatchedProblem({ cancelKey, familyKey, aliasKeys, quantity, price }: CancelRow): NewProblem {
  return {
    problemKey: problemKeyOf(cancelKey),
    kind: "unmatched_cancel",
    severity: "warning",
    message:
      "The broker canceled a fill that is not stored, or that the cancel does not fit exactly; it waits and changes nothing",
    details: { familyKey, aliases: aliasKeys, quantity, price },
  };
}
