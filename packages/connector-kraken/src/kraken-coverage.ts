import { type FinishedWindow, windowCoverage, windowSpan } from "@fillbook/connector-kit";
import type { PageCoverage, PageDiagnostic } from "@fillbook/core/connector";
import type { FetchedTrades } from "./kraken-ledger-tile.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** A span whose trades are all stored, and by what that is known. Whole unix seconds. A type, so that it is Json. */
export type KrakenRead = { readonly from: number; readonly to: number; readonly evidence: "TradesHistory" | "export" };

/** An open window and why it cannot be claimed. Whole unix seconds. A type, so that it is Json. */
export type KrakenDoubt = { readonly from: number; readonly to: number; readonly reason: string };

/** Spans of one cursor that wait for a look at the key, at most; a run looks at it behind its first page. */
export const unclaimedMax = 16;

/**
 * What the next page tells of coverage, which is that of trades. Without a word Kraken leaves out what a key with a date
 * range may not read: until the key was looked at, what was read is not claimed, and stays open.
 */
export function krakenCoverage(run: KrakenRun, finished: FinishedWindow | null): PageCoverage {
  const ended = withDoubt(run, finished);
  const { covered, open, missing } = windowCoverage(ended, { cursor: run.trades, evidence: "TradesHistory" });
  if (ended !== null && covered.length > 0) noteRead(run, { ...ended.window, evidence: "TradesHistory" });
  const waiting = run.exporting === null ? open : [...open, windowSpan(run.exporting)];
  if (run.key === null) return { covered: [], open: [...waiting, ...run.unclaimed.map(windowSpan)], missing };
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
      ...missing,
      ...parts.flatMap(({ outside }) => outside.map((read) => ({ ...windowSpan(read), ...unreadable }))),
    ],
  };
}

const unreadable = { reason: "the API key does not read it", lasting: true };

const rangeUnknown = " by a key of unknown range";

/** Remembers what the ledger tells of a window: trades that the window does not list. */
export function noteDoubt(run: KrakenRun, fetched: FetchedTrades | null, told: readonly PageDiagnostic[]): void {
  const gap = told.find(({ kind }) => kind === "coverage_gap");
  if (gap === undefined || fetched === null) return;
  const { from, to } = fetched.window;
  run.doubts = [
    ...run.doubts.filter((one) => !isSame(one, fetched.window)),
    { from, to, reason: gap.message.slice(0, 500) },
  ];
}

/** The doubts about windows that are still open: for the cursor. */
export function openDoubts({ doubts, trades }: KrakenRun): readonly KrakenDoubt[] {
  return doubts.filter((doubt) => trades.windows.some((window) => isSame(doubt, window)));
}

function withDoubt({ doubts }: KrakenRun, finished: FinishedWindow | null): FinishedWindow | null {
  if (finished === null) return null;
  const doubt = doubts.find((one) => isSame(one, finished.window));
  return { ...finished, missing: finished.missing ?? doubt?.reason ?? null };
}

type Bounds = { readonly from: number; readonly to: number };

function isSame(left: Bounds, right: Bounds): boolean {
  return left.from === right.from && left.to === right.to;
}

/** Remembers that a span was read to its end. */
export function noteRead(run: KrakenRun, { from, to, evidence }: KrakenRead): void {
  run.unclaimed = [...run.unclaimed, { from, to, evidence }].slice(-unclaimedMax);
}

function partsOf(
  read: KrakenRead,
  range: Bounds,
): { readonly inside: readonly KrakenRead[]; readonly outside: readonly KrakenRead[] } {
  const from = Math.min(read.to, Math.max(read.from, range.from));
  const to = Math.max(from, Math.min(read.to, range.to));
  const filled = (span: KrakenRead) => span.from < span.to;
  return {
    inside: [{ ...read, from, to }].filter(filled),
    outside: [
      { ...read, to: from },
      { ...read, from: to },
    ].filter(filled),
  };
}
