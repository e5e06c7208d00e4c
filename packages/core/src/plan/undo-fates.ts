import type { Instant } from "../instant.ts";
import type { Decision } from "./plan-types.ts";
import type { BlockedFill } from "./undo-import.ts";
import { type Part, partsByCancel } from "./undo-parts.ts";

/** What an undo does with one fill. */
export type Fate =
  | { readonly kind: "reversed" | "kept" }
  | { readonly kind: "blocked"; readonly reason: BlockedFill["reason"]; readonly jobIds: readonly string[] };

/**
 * A cancel is one record: where it stays for one of its fills, it stays for all of them, and these are as canceled as
 * before. Only a fill that the job alone told of goes all the same: nothing is left of it to be canceled.
 *
 * @param known `far` are cancels of the job that stand on fills too far away to be decided here, too.
 */
export function fatesOf(
  parts: readonly Part[],
  known: { readonly decisions: ReadonlyMap<string, Decision>; readonly far: ReadonlySet<string> },
): { readonly fates: ReadonlyMap<Part, Fate>; readonly held: ReadonlySet<string> } {
  const fates = new Map(parts.map((part) => [part, fateOf(part, known.decisions)]));
  const byCancel = partsByCancel(parts);
  const held = new Set(known.far);
  const hold = ({ cancels }: Part) => {
    for (const { cancelKey } of cancels) held.add(cancelKey);
  };
  for (const part of parts) if (fates.get(part)?.kind !== "reversed") hold(part);
  // A set goes on to members that are added meanwhile.
  for (const cancelKey of held) {
    for (const part of byCancel.get(cancelKey) ?? []) {
      const isWhole = part.rows.length === part.family.rows.length;
      if (isWhole || fates.get(part)?.kind !== "reversed") continue;
      fates.set(part, blocked("cancel_shared", []));
      hold(part);
    }
  }
  return { fates, held };
}

function fateOf({ family, rows, cancels, others }: Part, decisions: ReadonlyMap<string, Decision>): Fate {
  if (family.familyKeys.some((key) => decisions.has(key))) return { kind: "kept" };
  const own = new Set(rows);
  let last = "";
  for (const told of [...rows.map(({ report }) => report), ...cancels]) if (placeOf(told) > last) last = placeOf(told);
  const told = family.rows.filter((row) => !own.has(row) && placeOf(row.report) > last);
  if (told.length > 0)
    return blocked(
      "told_since",
      told.map(({ report }) => report),
    );
  const canceled = others.filter((cancel) => placeOf(cancel) > last);
  if (canceled.length > 0) return blocked("canceled_since", canceled);
  return { kind: "reversed" };
}

function blocked(reason: BlockedFill["reason"], by: readonly { readonly jobId: string }[]): Fate {
  return { kind: "blocked", reason, jobIds: [...new Set(by.map(({ jobId }) => jobId))].sort() };
}

// Of two jobs that told at one moment one is the later one, or neither could be undone.
function placeOf({ fetchedAt, jobId }: { readonly fetchedAt: Instant; readonly jobId: string }): string {
  return `${fetchedAt}|${jobId}`;
}
