import { type ClosedWindow, type ClosedWindowCursor, openRequested } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { KrakenDoubt } from "./kraken-coverage.ts";
import { isMarginRow } from "./kraken-fees.ts";
import { nowSeconds } from "./kraken-history.ts";
import { type KrakenLedger, ledgerTypeOf, refidOf, secondsOf } from "./kraken-ledger.ts";
import { ledgerGroups } from "./kraken-ledger-pages.ts";
import { byRefid, type LedgerSpan } from "./kraken-ledger-reader.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { KrakenRun } from "./kraken-run.ts";
import { type KrakenTrade, tradeIdPattern } from "./kraken-trade.ts";

/** A page of TradesHistory as it came, and the window it was asked for. */
export interface FetchedTrades {
  readonly window: ClosedWindow;
  readonly rows: readonly KrakenTrade[];
}

/** A part of the ledger: `from` exclusive, whole unix seconds. */
export interface LedgerTile {
  readonly from: number;
  readonly to: number;
}

/** What the ledger says beside a page of trades. */
export interface TradesLedger {
  readonly byTxid: ReadonlyMap<string, readonly Json[]>;
  /** Records of what TradesHistory does not show. */
  readonly groups: readonly Json[];
  /** The part of the ledger that was compared with the trades, whole; null when that was not done. */
  readonly compared: LedgerTile | null;
  /** Where TradesHistory seems not to list every fill. */
  readonly doubt: KrakenDoubt | null;
  /** The part of the ledger that could not be read; null when all that is wanted was. */
  readonly unread: LedgerTile | null;
}

/**
 * The part of the ledger that belongs to a page of trades: from its oldest fill up to the page before. The tiles of a
 * window cover it, so one reading serves fees and what TradesHistory does not show. Entries are milliseconds away from
 * their fill (ccxt issue 8204), so tiles overlap by seconds.
 *
 * @param before the tile of the page before, for a page without rows.
 */
export function tileOf(
  fetched: FetchedTrades | null,
  after: ClosedWindowCursor,
  before: LedgerTile | null,
): LedgerTile | null {
  if (fetched === null) return null;
  const { window, rows } = fetched;
  const times = rows.flatMap(({ row }) => secondsOf(row) ?? []);
  const [next] = after.windows;
  const goesOn = next?.from === window.from && next.to === window.to && next.offset > window.offset;
  const oldest = Math.min(...times) - MARGIN_SECONDS;
  const newest = Math.max(...times) + MARGIN_SECONDS;
  return {
    from: goesOn && times.length > 0 ? Math.max(0, oldest - 1) : Math.max(0, window.from - MARGIN_SECONDS),
    to: window.offset === 0 ? window.to : times.length > 0 ? newest : (before?.from ?? window.to) + MARGIN_SECONDS,
  };
}

const MARGIN_SECONDS = 2;

/** A tile with more entries than this is read on later, from a window of its own. */
const TILE_PAGES_MAX = 10;

/** Reads the tile once for all that is wanted of it, or only the entries of the fills. */
export async function ledgerOf(
  run: KrakenRun,
  page: {
    readonly trades: readonly KrakenTrade[];
    readonly pairs: readonly KrakenPair[];
    readonly tile: LedgerTile | null;
  },
): Promise<TradesLedger> {
  const { instant, ledgerFees } = run.request.connection.settings;
  const { trades, pairs, tile } = page;
  const tokenized = pairs.some(({ kind }) => kind === "stock");
  const feeSpans = (whole: boolean) => (ledgerFees ? fillSpans(trades, { whole, tokenized }) : []);
  // Where nothing is wanted nothing is tried, which would look like a ledger that can be read.
  if (tile === null || (!instant && feeSpans(false).length === 0)) return nothing(null);
  const read = await run.ledger.attempt(async () => {
    const whole = instant ? await readTile(run, tile) : null;
    const lists = [];
    for (const span of feeSpans(whole?.whole ?? false)) lists.push((await run.ledger.span(span)).entries);
    const doubt = whole === null ? null : missingTrades(run, { trades, tile, read: whole });
    const byTxid = byRefid([...(whole?.entries ?? []), ...lists.flat()]);
    return { byTxid, groups: whole?.groups ?? [], compared: whole?.whole === true ? tile : null, doubt, unread: null };
  });
  if (read === null) return nothing(tile);
  return ledgerFees ? read : { ...read, byTxid: new Map() };
}

function nothing(unread: LedgerTile | null): TradesLedger {
  return { byTxid: new Map(), groups: [], compared: null, doubt: null, unread };
}

/** More than twice the margin, so that whoever reads the doubted span again compares all of it. */
const DOUBT_SECONDS = 3 * MARGIN_SECONDS;

/** A fill may show up in the ledger a while before it does in TradesHistory. */
const TRADES_LAG_SECONDS = 900;

/**
 * Fills that the ledger names and TradesHistory does not list, as some accounts have (rotki issue 116). Rows at the tile's
 * borders belong to other pages.
 */
function missingTrades(
  run: KrakenRun,
  {
    trades,
    tile,
    read,
  }: { readonly trades: readonly KrakenTrade[]; readonly tile: LedgerTile; readonly read: ReadTile },
): KrakenDoubt | null {
  if (!run.request.connection.settings.consolidateTaker) return null;
  const listed = new Set(trades.map(({ txid }) => txid));
  const to = Math.min(tile.to - 2 * MARGIN_SECONDS, nowSeconds(run.request) - TRADES_LAG_SECONDS);
  const missing = new Map<string, number>();
  for (const { row } of read.entries) {
    const [refid, seconds] = [refidOf(row), secondsOf(row)];
    if (ledgerTypeOf(row) !== "trade" || refid === null || seconds === null || listed.has(refid)) continue;
    if (seconds > tile.from + 2 * MARGIN_SECONDS && seconds < to && tradeIdPattern.test(refid))
      missing.set(refid, seconds);
  }
  const [first] = [...missing.keys()].sort();
  if (first === undefined) return null;
  const times = [...missing.values()];
  return {
    from: Math.max(0, Math.min(...times) - DOUBT_SECONDS),
    to: Math.max(...times) + DOUBT_SECONDS,
    reason: `Kraken's ledger has ${missing.size} trade(s) that TradesHistory does not list, such as ${first}`,
  };
}

interface ReadTile {
  readonly entries: readonly KrakenLedger[];
  readonly whole: boolean;
  readonly groups: readonly Json[];
}

async function readTile(run: KrakenRun, { from, to }: LedgerTile): Promise<ReadTile> {
  const { entries, whole } = await run.ledger.span({ from, to, type: "all" }, TILE_PAGES_MAX);
  const times = entries.flatMap(({ row }) => secondsOf(row) ?? []);
  const readTo = whole ? from : Math.max(from, Math.min(...times));
  const groups = await ledgerGroups(run, entries, [readTo, to]);
  // The entry at the end is read again with what lies behind it.
  if (!whole) run.ledgers = openRequested(run.ledgers, { from, to: readTo + 1 });
  return { entries, whole, groups };
}

/** What is still to be read for the fees of these fills: all of it where no whole tile was, and tokenized shares in any case. */
function fillSpans(
  trades: readonly KrakenTrade[],
  { whole, tokenized }: { readonly whole: boolean; readonly tokenized: boolean },
): LedgerSpan[] {
  const times = trades.flatMap(({ row }) => secondsOf(row) ?? []);
  if (times.length === 0) return [];
  const span = {
    from: Math.max(0, Math.min(...times) - MARGIN_SECONDS - 1),
    to: Math.max(...times) + MARGIN_SECONDS + 1,
  };
  const margins = trades.filter(({ row }) => isMarginRow(row)).length;
  const types = [...(margins < trades.length ? ["trade"] : []), ...(margins > 0 ? ["margin", "settled"] : [])];
  // The default leaves tokenized shares out, as AssetPairs does (docs.kraken.com, read 2026-05-26).
  return [
    ...(whole ? [] : types.map((type) => ({ ...span, type }))),
    ...(tokenized ? types.map((type) => ({ ...span, type, aclass: "tokenized_asset" as const })) : []),
  ];
}
