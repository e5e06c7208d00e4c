import type { CommitPlan } from "./commit-batch.ts";
import type { HiddenRow } from "./counted-rows.ts";
import type { PlanRow } from "./fold.ts";
import type { Decided } from "./plan-commit.ts";
import type { Move } from "./plan-trades.ts";
import type { Fill, Marks } from "./plan-types.ts";

/** What a plan makes of one report. */
export function marksOf(row: PlanRow, { settled, after }: Move, { pins, trades }: Decided): Marks {
  return {
    canonical: after !== null && row === settled.canonical,
    voided: settled.voided.has(row),
    tradeId: after === null ? null : (trades.tradeIds.get(settled.family.familyKey) ?? null),
    pinned: pins.get(row.report.revisionKey) ?? row.before?.pinned ?? false,
    undone: null,
    fill: after !== null && row === settled.face ? after.fill : null,
  };
}

/** What is left of a report that was undone. */
export function hiddenMarks({ report: { pinned }, undone }: HiddenRow): Marks {
  return { canonical: false, voided: false, tradeId: null, pinned, undone, fill: null };
}

/** Demotions first, so that a store's "one canonical report a family" holds after every statement. */
export function changedMarks(
  { moves, hidden }: Pick<Decided, "moves" | "hidden">,
  marksByKey: ReadonlyMap<string, Marks>,
): CommitPlan["marks"] {
  const counted = moves.flatMap((move) => move.settled.family.rows);
  const rows = [...counted, ...hidden.map(({ report }) => ({ report, before: report }))];
  const changed = rows.flatMap(({ report, before }) => {
    const marks = marksByKey.get(report.revisionKey);
    return before === null || marks === undefined || sameMarks(before, marks)
      ? []
      : [{ revisionKey: report.revisionKey, marks }];
  });
  return changed.sort((left, right) => Number(left.marks.canonical) - Number(right.marks.canonical));
}

function sameMarks(left: Marks, right: Marks): boolean {
  return (
    left.canonical === right.canonical &&
    left.voided === right.voided &&
    left.tradeId === right.tradeId &&
    left.pinned === right.pinned &&
    left.undone === right.undone &&
    (left.fill === right.fill || canonicalFill(left.fill) === canonicalFill(right.fill))
  );
}

function canonicalFill(fill: Fill | null): string {
  if (fill === null) return "";
  const { state, fees, orderQuantity, decision } = fill;
  const decided = decision === null ? null : [decision.link, decision.decidedAt, decision.stale];
  return JSON.stringify([
    state,
    fees?.map((fee) => [fee.currency, fee.amount, fee.estimated === true]) ?? null,
    orderQuantity,
    decided,
  ]);
}
