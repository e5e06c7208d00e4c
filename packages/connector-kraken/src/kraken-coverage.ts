import { type FinishedWindow, windowCoverage, windowSpan } from "@fillbook/connector-kit";
import type { PageCoverage } from "@fillbook/core/connector";
import type { TradesLedger } from "./kraken-ledger-tile.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** A span whose trades are all stored, and by what that is known. Whole unix seconds. A type, so that it is Json. */
export type KrakenRead = { readonly from: number; readonly to: number; readonly evidence: "TradesHistory" | "export" };

/** A part of an open window that cannot be claimed, and why: `from` exclusive, whole unix seconds. A type, so that it is Json. */
export type KrakenDoubt = { readonly from: number; readonly to: number; readonly reason: string };

/** Doubts of one cursor, at most: beyond, the oldest become one. */
export const doubtsMax = 8;

/** Spans of one cursor that wait for a look at the key, at most; a run looks at it behind its first page. */
export const unclaimedMax = 16;

/**
 * What the next page tells of coverage, which is that of trades. Without a word Kraken leaves out what a key with a date
 * range may not read: until the key was looked at, what was read is not claimed, and stays open.
 */
export function krakenCoverage(run: KrakenRun, finished: FinishedWindow | null): PageCoverage {
  const { covered, open, missing } = windowCoverage(finished, { cursor: run.trades, evidence: "TradesHistory" });
  const doubted = finished === null ? [] : doubtsIn(run, finished.window);
  if (finished !== null && covered.length > 0) {
    for (const part of between(finished.window, doubted)) noteRead(run, { ...part, evidence: "TradesHistory" });
  }
  // A window that is missing as a whole has no parts; what the ledger says of it is one more reason.
  const [doubt] = doubted;
  const missed =
    missing.length === 0
      ? doubted.map(({ from, to, reason }) => ({ ...windowSpan({ from, to }), reason }))
      : missing.map((one) => (doubt === undefined ? one : { ...one, reason: `${one.reason}; ${doubt.reason}` }));
  const waiting = run.exporting === null ? open : [...open, windowSpan(run.exporting)];
  if (run.key === null) return { covered: [], open: [...waiting, ...run.unclaimed.map(windowSpan)], missing: missed };
  const { from = 0, to = Number.POSITIVE_INFINITY } = run.key;
  const parts = run.unclaimed.map((read) => partsOf(read, { from, to }));
  run.unclaimed = [];
  return {
    covered: parts.flatMap(({ inside }) =>
      inside.map((read) => ({
        ...windowSpan(read),
        evidence: `${read.evidence}${run.key?.isUnknown ? rangeUnknown : ""}`,
      })),
    ),
    open: waiting,
    missing: [
      ...missed,
      ...parts.flatMap(({ outside }) => outside.map((read) => ({ ...windowSpan(read), ...unreadable }))),
    ],
  };
}

const unreadable = { reason: "the API key does not read it", lasting: true };

const rangeUnknown = " by a key of unknown range";

/**
 * Remembers what the ledger says against a page of trades. It is told as missing when the window ends, so that the problem
 * closes by itself once a later reading of the span is whole.
 */
export function noteDoubt(run: KrakenRun, { compared, doubt }: Pick<TradesLedger, "compared" | "doubt">): void {
  const left = compared === null ? run.doubts : run.doubts.filter((one) => !isInside(one, compared));
  run.doubts = bounded(doubt === null ? left : [doubt, ...left]);
}

function bounded(doubts: readonly KrakenDoubt[]): readonly KrakenDoubt[] {
  if (doubts.length <= doubtsMax) return doubts;
  const [first, ...merged] = doubts.slice(doubtsMax - 1);
  if (first === undefined) return doubts;
  const from = Math.min(first.from, ...merged.map((one) => one.from));
  const to = Math.max(first.to, ...merged.map((one) => one.to));
  return [...doubts.slice(0, doubtsMax - 1), { ...first, from, to }];
}

/** The doubts about windows that are still open: for the cursor. */
export function openDoubts({ doubts, trades, unread }: KrakenRun): readonly KrakenDoubt[] {
  const open = [...trades.windows, ...unread];
  return doubts.filter((doubt) => open.some((window) => within(doubt, window) !== null));
}

function doubtsIn({ doubts }: KrakenRun, window: Bounds): readonly KrakenDoubt[] {
  return doubts.flatMap((doubt) => {
    const part = within(doubt, window);
    return part === null ? [] : [{ ...doubt, ...part }];
  });
}

type Bounds = { readonly from: number; readonly to: number };

function isInside(inner: Bounds, outer: Bounds): boolean {
  return inner.from >= outer.from && inner.to <= outer.to;
}

function within(span: Bounds, bounds: Bounds): Bounds | null {
  const [from, to] = [Math.max(span.from, bounds.from), Math.min(span.to, bounds.to)];
  return from < to ? { from, to } : null;
}

/** What of the window lies outside of the holes, which lie in it. */
function between(window: Bounds, holes: readonly Bounds[]): readonly Bounds[] {
  const parts: Bounds[] = [];
  let { from } = window;
  for (const hole of [...holes].sort((left, right) => left.from - right.from)) {
    if (hole.from > from) parts.push({ from, to: hole.from });
    from = Math.max(from, hole.to);
  }
  return from < window.to ? [...parts, { from, to: window.to }] : parts;
}

/** Remembers that a span was read to its end. */
export function noteRead(run: KrakenRun, { from, to, evidence }: KrakenRead): void {
  run.unclaimed = [...run.unclaimed, { from, to, evidence }].slice(-unclaimedMax);
}

function partsOf(
  read: KrakenRead,
  range: Bounds,
): { readonly inside: readonly KrakenRead[]; readonly outside: readonly Bounds[] } {
  const part = within(read, range);
  if (part === null) return { inside: [], outside: [read] };
  return { inside: [{ ...read, ...part }], outside: between(read, [part]) };
}
