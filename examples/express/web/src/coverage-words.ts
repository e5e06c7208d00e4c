import type { ConnectionCoverage } from "@fillbook/core";
import { countText, momentText } from "./format.ts";

type Gap = ConnectionCoverage["gaps"][number];

/** From when to when a connection's history was read, and what lies open. Pure. */
export function coverageText({ covered, open, gaps }: ConnectionCoverage): string {
  const from = covered.map((span) => span.from).sort()[0];
  const to = covered
    .map((span) => span.to)
    .sort()
    .at(-1);
  const rest = open.length === 0 ? "" : ` Still to come: ${open.map(spanText).join(", ")}.`;
  const count = gaps.length === 0 ? null : countText(joinedGaps(gaps).length, "gap");
  if (from === undefined || to === undefined) {
    return `Nothing was read to the end yet${count === null ? "" : `; ${count}`}.${rest}`;
  }
  return `Complete ${spanText({ from, to })}${count === null ? "" : `, but for ${count}`}.${rest}`;
}

/** Gaps for a person: those that touch and have one reason are one. Oldest first, as they come. Pure. */
export function joinedGaps(gaps: readonly Gap[]): readonly Gap[] {
  const joined: Gap[] = [];
  for (const gap of gaps) {
    const last = joined.at(-1);
    if (last === undefined || last.reason !== gap.reason || gap.from > last.to) joined.push(gap);
    else if (gap.to > last.to) joined[joined.length - 1] = { ...last, to: gap.to };
  }
  return joined;
}

/** Where a gap is, and why. Pure. */
export function gapText(gap: Gap): string {
  return `${spanText(gap)}: ${gap.reason}`;
}

function spanText({ from, to }: { readonly from: string; readonly to: string }): string {
  return `${startText(from)} to ${momentText(to)}`;
}

/** Before any broker's first trade: the moment itself says nothing to a person. */
const BEGINNING = "2001";

function startText(from: string): string {
  return from < BEGINNING ? "from the beginning" : `from ${momentText(from)}`;
}
