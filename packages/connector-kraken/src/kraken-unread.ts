import { type ClosedWindow, windowsMax } from "@fillbook/connector-kit";
import type { LedgerTile, TradesLedger } from "./kraken-ledger-tile.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** Remembers the part of the ledger that a page of trades lacks. */
export function noteUnread(run: KrakenRun, { unread }: Pick<TradesLedger, "unread">): void {
  if (unread === null) return;
  run.unread = withUnread(run.unread, unread);
}

/**
 * The spans once one more could not be read. It joins those that it touches and nobody has begun to read, and comes last:
 * one that fails each time does not keep the others from being read.
 */
export function withUnread(windows: readonly ClosedWindow[], tile: LedgerTile): readonly ClosedWindow[] {
  const touching = windows.filter(({ from, to, offset }) => offset === 0 && from <= tile.to && tile.from <= to);
  const others = windows.filter((window) => !touching.includes(window));
  return bounded([...others, hull([...touching, tile])]);
}

/** Too many become fewer that reach further: none is forgotten. */
function bounded(windows: readonly ClosedWindow[]): readonly ClosedWindow[] {
  if (windows.length <= windowsMax) return windows;
  const kept = windows.slice(0, windowsMax - 1);
  return [...kept, hull(windows.slice(windowsMax - 1))];
}

function hull(spans: readonly LedgerTile[]): ClosedWindow {
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to));
  return { from, to, offset: 0, lastId: null };
}
