import type { HistorySpan, Page, RunWindow } from "./connector-contract.ts";
import { gapsOf } from "./coverage.ts";
import { unixMsOf } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Run } from "./run.ts";

type Pages = AsyncIterable<Page<Json, Json, Json>>;

/** What a run asks its connector for once. */
export interface Reading {
  readonly cursor: Json;
  readonly window: RunWindow;
}

/** The pages of a run, and behind them those of gaps that runs before it left. */
export async function* withGaps(run: Run, pull: (reading: Reading) => Pages): Pages {
  yield* pull({ cursor: run.tally.cursor, window: run.window });
  run.tally.askedIsRead();
  // A budget that ends with what was asked for leaves gaps to another run.
  if (run.signal.aborted) return;
  // By now what was yielded is stored: the tally tells what is covered, and where to go on.
  for (const { from, to } of gapsToRead(run)) {
    // A gap that the connector goes on with in later runs, as by an export, keeps the others waiting.
    if (run.tally.coverage.open.length > 0) return;
    yield* pull({ cursor: run.tally.cursor, window: { from, to } });
  }
}

const DAY_MS = 86_400_000;

/**
 * Every gap for a backfill; else one, in turn from day to day: for each run that somebody asks for, and for a day's first
 * scheduled one. What the cursor holds open comes before any gap, and a window that somebody asked for is all they get.
 */
function gapsToRead({ mode, window, tally, connection, startedAt }: Run): readonly HistorySpan[] {
  const gaps = gapsOf(tally.coverage).filter(({ lasting }) => lasting !== true);
  if (gaps.length === 0 || tally.coverage.open.length > 0) return [];
  if (window.from !== undefined || window.to !== undefined) return [];
  if (mode === "backfill") return gaps;
  const isFirstToday = connection.lastSyncAt?.slice(0, 10) !== startedAt.slice(0, 10);
  if (mode === "scheduled" && !isFirstToday) return [];
  const turn = Math.floor(unixMsOf(startedAt) / DAY_MS) % gaps.length;
  return gaps.slice(turn, turn + 1);
}
