import type { ClosedWindow } from "@fillbook/connector-kit";
import type { LedgerTile } from "./kraken-ledger-tile.ts";
import type { KrakenPage, KrakenRun } from "./kraken-run.ts";
import { newTrades, readTrades, tradesPage } from "./kraken-trade-pages.ts";
import { noteUnread } from "./kraken-unread.ts";

/**
 * Reads again, with their ledger, the trades of spans whose ledger could not be read: a fill's fee is known from its row
 * and its entries together. A part that fails once more is passed and comes last; the rest is left to the next run.
 */
export async function* unreadPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (run.unread.length === 0 || !isReadable(run)) return;
  for await (const read of readTrades(run, { cursor: { head: null, windows: run.unread } })) {
    if (run.ledger.denied) return;
    run.readsAgain = true;
    const [window] = run.unread;
    run.unread = read.cursor.windows;
    const { unread } = read.ledger;
    if (unread !== null && window !== undefined) noteUnread(run, { unread: within(unread, window) });
    yield tradesPage(run, read);
    if (!isReadable(run)) return;
    if (run.unread.length > 0) yield* newTrades(run);
    if (!isReadable(run)) return;
  }
}

/** The margins of a part reach beyond its window, which would grow each time. */
function within(part: LedgerTile, window: ClosedWindow): LedgerTile {
  return { from: Math.max(part.from, window.from), to: Math.min(part.to, window.to) };
}

function isReadable({ ledger }: KrakenRun): boolean {
  return !ledger.denied && ledger.failure === null;
}
