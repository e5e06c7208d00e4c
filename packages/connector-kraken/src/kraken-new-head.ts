import { type ClosedWindowCursor, type HeadOptions, openHead } from "@fillbook/connector-kit";
import { headOptions } from "./kraken-history.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** How often a run of hours looks for new fills: one page in 75 at the slowest pace. */
export const headRefreshSeconds = 900;

/** True while the newest window is not to be opened again. */
export function isHeadFresh(run: KrakenRun): boolean {
  if (run.answers.waiting.length > 0) return true;
  const { safeNow } = headAgain(run);
  return run.trades.head !== null && safeNow - run.trades.head < run.headEverySeconds;
}

/** The cursor with a window for what came meanwhile, in a run of hours. */
export function withNewHead(run: KrakenRun, cursor: ClosedWindowCursor): ClosedWindowCursor {
  if (run.answers.waiting.length > 0) return cursor;
  const opened = openHead(cursor, headAgain(run));
  if (opened !== cursor) run.headEverySeconds = headRefreshSeconds;
  return opened;
}

function headAgain({ policy, request, headEverySeconds }: KrakenRun): HeadOptions {
  return headOptions(policy, request, headEverySeconds);
}
