import type { BlockedFill, Job, UndoReport } from "@fillbook/core";
import { countText } from "./format.ts";

/** Whether a run has stored anything that could be taken back. Each record that it read counts once. Pure. */
export function isUndoable({ status, stats }: Pick<Job, "status" | "stats">): boolean {
  return status !== "running" && stats.fetched > stats.duplicates + stats.ignored + stats.rejected;
}

/** What came of an undo. Pure. */
export function undoText({ status, reversed, kept, blocked }: UndoReport): string {
  if (status === "running") return "The run goes on still, so nothing was undone.";
  const parts = [
    status === "nothing_left"
      ? "There was nothing left to undo."
      : `Undone: ${countText(reversed.count, "fill")} of this run ${countsText(reversed.count)} no more, or as before it.`,
    kept.count > 0 ? `${stayText(kept.count)}, because somebody reviewed ${them(kept.count)}.` : "",
    blocked.count > 0
      ? `${stayText(blocked.count)}, because other imports stand on ${them(blocked.count)}: undo those first.`
      : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

const reasons: Readonly<Record<BlockedFill["reason"], string>> = {
  told_since: "a later run told of it again",
  canceled_since: "a later run canceled it",
  cancel_shared: "the cancel is also of a fill that stays",
};

/** Why a fill stayed. Pure. */
export function blockedText({ reason }: Pick<BlockedFill, "reason">): string {
  return reasons[reason] ?? reason;
}

function stayText(count: number): string {
  return `${countText(count, "fill")} ${count === 1 ? "stays" : "stay"}`;
}

function countsText(count: number): string {
  return count === 1 ? "counts" : "count";
}

function them(count: number): string {
  return count === 1 ? "it" : "them";
}
