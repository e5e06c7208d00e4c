import type { KrakenDoubt } from "./kraken-coverage.ts";
import { nowSeconds } from "./kraken-history.ts";
import { cursorId } from "./kraken-id.ts";
import { type KrakenLedger, ledgerTypeOf, refidOf, secondsOf } from "./kraken-ledger.ts";
import type { LedgerTile } from "./kraken-ledger-tile.ts";
import type { KrakenRun } from "./kraken-run.ts";

/** Fills that the ledger names and TradesHistory does not list, as some accounts have (rotki issue 116). */
export interface UnlistedTrades {
  note(entries: readonly KrakenLedger[]): void;
  doubt(): KrakenDoubt | null;
}

/** Tiles overlap by seconds: entries at a tile's borders belong to fills of other pages. */
const BORDER_SECONDS = 4;
/** More than both borders, so that whoever reads the doubted span again compares all of it. */
const DOUBT_SECONDS = 6;
/** A fill may show up in the ledger a while before it does in TradesHistory. */
const TRADES_LAG_SECONDS = 900;
/** Fills that are remembered by name; behind them only the span grows. */
const NAMED_MAX = 10_000;

/** @param own the ids of the page's fills. */
export function unlistedTrades(
  run: KrakenRun,
  { own, tile }: { readonly own: ReadonlySet<string>; readonly tile: LedgerTile },
): UnlistedTrades {
  const { consolidateTaker } = run.request.connection.settings;
  const to = Math.min(tile.to - BORDER_SECONDS, nowSeconds(run.request) - TRADES_LAG_SECONDS);
  const missing = new Set<string>();
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return {
    note(entries) {
      // The ledger names fills as consolidated rows.
      if (!consolidateTaker) return;
      for (const { row } of entries) {
        const [refid, seconds] = [refidOf(row), secondsOf(row)];
        if (ledgerTypeOf(row) !== "trade" || refid === null || seconds === null || own.has(refid)) continue;
        if (seconds <= tile.from + BORDER_SECONDS || seconds >= to) continue;
        if (missing.size < NAMED_MAX) missing.add(cursorId(refid));
        [oldest, newest] = [Math.min(oldest, seconds), Math.max(newest, seconds)];
      }
    },
    doubt() {
      const [first] = [...missing].sort();
      if (first === undefined) return null;
      const reason = `Kraken's ledger has ${missing.size} trade(s) that TradesHistory does not list, such as ${first}`;
      return { from: Math.max(0, oldest - DOUBT_SECONDS), to: newest + DOUBT_SECONDS, reason };
    },
  };
}
