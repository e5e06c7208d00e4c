import type { ClosedWindow } from "@fillbook/connector-kit";

/** The daily second look at stored fills: whole unix seconds. A type, so that it is assignable to Json. */
export type KrakenReread = {
  /** When the day's look began. */
  readonly at: number;
  /** Pages that the day's look has read. */
  readonly pages: number;
  /** What is left of the span, at most one window. */
  readonly windows: readonly ClosedWindow[];
  /** Digests of the rows that it has seen, eight characters each, the last seen first. */
  readonly seen: string;
};

/** Digests of a thousand rows: a look of two days. */
export const rereadSeenMax = 8_000;

/** What a run without a look of its own starts from: all that is stored was read today. */
export function newReread(nowSeconds: number): KrakenReread {
  return { at: nowSeconds, pages: 0, windows: [], seen: "" };
}
