import { rankSequence } from "../rank.ts";
import type { PlanRow } from "./fold.ts";

/** What a fill's cancels void together, looked up row by row however many they are. */
export interface VoidLimits {
  /** Rows up to this revision and this row number; null: whatever their number. */
  add(revision: number, sequence: string | null): void;
  /** Rows of this revision alone, with a lower row number. */
  addBust(revision: number, sequence: string | null): void;
  /** Ask once all are added. */
  voids(row: PlanRow): boolean;
}

/** Sorts behind every row number. */
const EVERY = "~";

export function voidLimits(): VoidLimits {
  const busts = new Map<number, string>();
  const limits = new Map<number, string>();
  let sorted: readonly (readonly [revision: number, sequence: string])[] | null = null;
  return {
    add: (revision, sequence) => raise(limits, revision, sequence ?? EVERY),
    addBust: (revision, sequence) => raise(busts, revision, sequence ?? EVERY),
    voids({ revision, rank }) {
      const sequence = rankSequence(rank);
      if (sequence < (busts.get(revision) ?? "")) return true;
      sorted ??= withHigher(limits);
      return sequence <= sequenceAt(sorted, revision);
    },
  };
}

function raise(limits: Map<number, string>, revision: number, sequence: string): void {
  if (sequence > (limits.get(revision) ?? "")) limits.set(revision, sequence);
}

/** By falling revision, each with the highest row number of its own and all higher revisions. */
function withHigher(limits: ReadonlyMap<number, string>): readonly (readonly [number, string])[] {
  let highest = "";
  return [...limits]
    .sort(([left], [right]) => right - left)
    .map(([revision, sequence]) => {
      if (sequence > highest) highest = sequence;
      return [revision, highest] as const;
    });
}

/** The limit for rows of this revision: that of the lowest one that is not below it. */
function sequenceAt(sorted: readonly (readonly [revision: number, sequence: string])[], revision: number): string {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.[0] ?? -1) >= revision) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1]?.[1] ?? "";
}
