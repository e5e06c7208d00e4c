import { askForExport, exportPages } from "./kraken-export-pages.ts";
import { withKeyWatch } from "./kraken-key-watch.ts";
import { ledgerPages } from "./kraken-ledger-pages.ts";
import { rereadPages } from "./kraken-reread.ts";
import { type KrakenPage, type KrakenParts, type KrakenPull, type KrakenRun, openRun } from "./kraken-run.ts";
import { tradePages } from "./kraken-trade-pages.ts";
import { unreadPages } from "./kraken-unread-pages.ts";

/**
 * Reads TradesHistory by closed windows, what is new first, with what the ledger says; then what that and earlier runs left of the ledger. A
 * backfill asks for an export first and reads it behind what is new, and behind it the tail that came meanwhile. Once a day fills
 * of the last week are read again behind all of it.
 */
export async function* krakenPull(parts: KrakenParts, request: KrakenPull): AsyncGenerator<KrakenPage, void> {
  const run = openRun(parts, request);
  yield* withKeyWatch(run, historyPages(run));
  throwLedgerFailure(run);
}

async function* historyPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  const exported = run.exporting !== null;
  yield* askForExport(run, run.request.cursor?.exporting !== undefined);
  yield* tradePages(run);
  if (exported) {
    yield* exportPages(run);
    yield* tradePages(run);
  }
  yield* unreadPages(run);
  yield* ledgerPages(run);
  yield* rereadPages(run);
}

/** The fills are stored; what the ledger would have added is still missing. */
function throwLedgerFailure({ ledger }: KrakenRun): void {
  if (ledger.failure !== null) throw ledger.failure;
}
