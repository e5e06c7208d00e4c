import { type Instant, instantFromUnixSeconds } from "@fillbook/core";
import type { HistorySpan, PageCoverage } from "@fillbook/core/connector";
import type { FinishedWindow } from "./closed-window.ts";
import type { ClosedWindowCursor } from "./closed-window-cursor.ts";

/** What a page of closed windows tells of coverage: the window it ended, and those that its cursor still holds. */
export function windowCoverage(
  finished: FinishedWindow | null,
  { cursor, evidence }: { readonly cursor: ClosedWindowCursor; readonly evidence: string },
): Required<PageCoverage> {
  const open = cursor.windows.map(windowSpan);
  if (finished === null) return { covered: [], open, missing: [] };
  const span = windowSpan(finished.window);
  if (finished.missing !== null) return { covered: [], open, missing: [{ ...span, reason: finished.missing }] };
  return { covered: [{ ...span, evidence }], open, missing: [] };
}

/** The span of a window in whole unix seconds: its start belongs to the window before, its end to it. */
export function windowSpan({ from, to }: { readonly from: number; readonly to: number }): HistorySpan {
  return { from: after(from), to: after(to) };
}

/** 2000-01-01T00:00:00Z: no instant is earlier, and no broker's fill. */
const EARLIEST = 946_684_800;

/** The first instant behind a second's start. */
function after(seconds: number): Instant {
  return instantFromUnixSeconds(`${Math.max(EARLIEST, seconds)}.000001`);
}
