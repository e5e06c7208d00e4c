import { askForExport, exportPages } from "./kraken-export-pages.ts";
import { requestedSpan } from "./kraken-history.ts";
import { withKeyWatch } from "./kraken-key-watch.ts";
import { ledgerPages } from "./kraken-ledger-pages.ts";
import { rereadPages } from "./kraken-reread.ts";
import {
  answersPage,
  type KrakenPage,
  type KrakenParts,
  type KrakenPull,
  type KrakenRun,
  openRun,
} from "./kraken-run.ts";
import { cursorOf } from "./kraken-run-cursor.ts";
import { newTrades, tradePages } from "./kraken-trade-pages.ts";
import { unreadPages } from "./kraken-unread-pages.ts";

/**
 * Reads TradesHistory by closed windows, what is new first, with what the ledger says; then what that and earlier runs left of the ledger. A
 * backfill and a first run ask for an export, the first run behind its newest page, and read it behind what is new, and behind it the tail that
 * came meanwhile. Once a day fills of the last week are read again behind all of it.
 */
export async function* krakenPull(parts: KrakenParts, request: KrakenPull): AsyncGenerator<KrakenPage, void> {
  const run = openRun(parts, request);
  yield* withKeyWatch(run, untilCut(run, historyPages(run)));
  throwLedgerFailure(run);
}

/** The pages; where the run is cut between two of them, one more with what Kraken answered since the last. */
async function* untilCut(run: KrakenRun, pages: AsyncGenerator<KrakenPage, void>): AsyncGenerator<KrakenPage, void> {
  let cursor = cursorOf(run);
  try {
    for await (const page of pages) {
      ({ cursor } = page);
      yield page;
    }
  } catch (error) {
    if (run.request.signal.aborted && run.answers.isAnswered) yield answersPage(run, cursor);
    throw error;
  }
}

async function* historyPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const isResumed = run.answers.waiting.length > 0;
  yield* askForExport(run, { isStored: false });
  yield* tradePages(run);
  if (run.exporting !== null) {
    // What the first page left is asked for behind it.
    if (run.exporting.trades.id === null) yield* askForExport(run, { isStored: true });
    yield* exportPages(run);
    yield* tradePages(run);
  }
  yield* unreadPages(run);
  yield* ledgerPages(run);
  // What an earlier run had begun came before what is new. A request ends with its own last page.
  if (isResumed && requestedSpan(run.request) === null) yield* newTrades(run);
  yield* rereadPages(run);
}

/** The fills are stored; what the ledger would have added is still missing. */
function throwLedgerFailure({ ledger }: KrakenRun): void {
  if (ledger.failure !== null) throw ledger.failure;
}
