import { type ClosedWindow, type ClosedWindowCursor, isJsonObject, openRequested } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import type { KrakenDoubt } from "./kraken-coverage.ts";
import { isMarginRow } from "./kraken-fees.ts";
import { type KrakenLedger, refidOf, secondsOf } from "./kraken-ledger.ts";
import { ledgerGroups } from "./kraken-ledger-groups.ts";
import { entriesByRefid, type LedgerList } from "./kraken-ledger-reader.ts";
import type { KrakenPair } from "./kraken-pairs.ts";
import type { KrakenRun } from "./kraken-run.ts";
import type { KrakenTrade } from "./kraken-trade.ts";
import { unlistedTrades } from "./kraken-unlisted.ts";

/** Where nothing of the ledger is wanted, or there. */
export const noLedger: TradesLedger = { byTxid: new Map(), groups: [], compared: null, doubt: null, unread: null };

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

/** The tile of a page of trades. */
export interface PageTile extends LedgerTile {
  /** Where the tiles of its window end. */
  readonly floor: number;
  /** True where its fills must not wait long: at the start of a window. */
  readonly isFirst: boolean;
}

/** What the ledger says beside a page of trades. */
export interface TradesLedger {
  /** Entries of the fills. */
  readonly byTxid: ReadonlyMap<string, readonly KrakenLedger[]>;
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
): PageTile | null {
  if (fetched === null) return null;
  const { window, rows } = fetched;
  const times = rows.flatMap(({ row }) => secondsOf(row) ?? []);
  const [next] = after.windows;
  const goesOn = next?.from === window.from && next.to === window.to && next.offset > window.offset;
  const oldest = Math.min(...times) - MARGIN_SECONDS;
  const newest = Math.max(...times) + MARGIN_SECONDS;
  const floor = Math.max(0, window.from - MARGIN_SECONDS);
  return {
    ...{ floor, isFirst: window.offset === 0 },
    from: goesOn && times.length > 0 ? Math.max(0, oldest - 1) : floor,
    to: window.offset === 0 ? window.to : times.length > 0 ? newest : (before?.from ?? window.to) + MARGIN_SECONDS,
  };
}

const MARGIN_SECONDS = 2;

/** Most calls for the ledger of fills that must not wait long. */
const FIRST_CALLS_MAX = 3;
/** Most calls between two pages that a run yields. */
const CALLS_MAX = 10;
/** A tile that is longer than so many parts is read on later, from a window of its own. */
const PARTS_MAX = 4;

/** A page of trades, and the part of the ledger that belongs to it. */
interface TradesAndTile {
  readonly trades: readonly KrakenTrade[];
  readonly pairs: readonly KrakenPair[];
  readonly tile: PageTile | null;
}

/**
 * Reads the tile once for all that is wanted of it, or only the entries of the fills. Yields the records of a long tile's
 * first parts, so that a run stores what it has read.
 */
export async function* ledgerOf(run: KrakenRun, page: TradesAndTile): AsyncGenerator<readonly Json[], TradesLedger> {
  const { instant, ledgerFees } = run.request.connection.settings;
  const { trades, tile } = page;
  // Where nothing is wanted nothing is tried, which would look like a ledger that can be read.
  if (tile === null || (!instant && !(ledgerFees && trades.length > 0))) return noLedger;
  const own = new Set(trades.map(({ txid }) => txid));
  const unlisted = unlistedTrades(run, { own, tile });
  const entries: KrakenLedger[] = [];
  const isUrgent = tile.isFirst || run.pagesYielded === 0;
  let [records, readTo]: [readonly Json[], number] = [[], tile.to + 1];
  for (let parts = 1; instant && readTo > tile.from; parts += 1) {
    if (parts > 1) yield records;
    const stretch = { ...tile, to: readTo - 1, callsMax: isUrgent ? FIRST_CALLS_MAX : CALLS_MAX };
    const part = await run.ledger.attempt(() => readPart(run, stretch));
    if (part === null) return unreadTile(tile);
    ({ records, readTo } = part);
    entries.push(...part.entries.filter(({ row }) => own.has(refidOf(row) ?? "")));
    unlisted.note(part.entries);
    if (isUrgent || parts === PARTS_MAX) break;
  }
  const isWhole = readTo <= tile.from;
  if (instant && !isWhole) run.ledgers = openRequested(run.ledgers, { from: tile.from, to: readTo });
  const fees = ledgerFees ? await run.ledger.attempt(() => feeEntries(run, { ...page, tile, readTo })) : [];
  if (fees === null) return unreadTile(tile);
  const byTxid = entriesByRefid(ledgerFees ? [...entries, ...fees] : []);
  return { ...noLedger, byTxid, groups: records, compared: instant && isWhole ? tile : null, doubt: unlisted.doubt() };
}

/** The entries of fills by themselves; null where Kraken's ledger fails, none where the key may not read it. */
export async function entriesOfFills(
  run: KrakenRun,
  { trades, pairs }: Pick<TradesAndTile, "trades" | "pairs">,
): Promise<TradesLedger["byTxid"] | null> {
  const times = trades.flatMap(({ row }) => secondsOf(row) ?? []);
  if (!run.request.connection.settings.ledgerFees || times.length === 0) return new Map();
  const [from, to] = [Math.max(0, Math.min(...times) - MARGIN_SECONDS), Math.max(...times) + MARGIN_SECONDS];
  const tile: PageTile = { from, to, floor: from, isFirst: false };
  const entries = await run.ledger.attempt(() => feeEntries(run, { trades, pairs, tile, readTo: to + 1 }));
  if (entries === null) return run.ledger.denied ? new Map() : null;
  return entriesByRefid(entries);
}

function unreadTile(unread: LedgerTile): TradesLedger {
  return { ...noLedger, unread: { from: unread.from, to: unread.to } };
}

async function readPart(
  run: KrakenRun,
  { from, to, floor, callsMax }: LedgerTile & { readonly floor: number; readonly callsMax: number },
) {
  const stream = run.ledger.stream({ type: "all" });
  const { entries, around, readTo } = await stream.read({ from, to }, { floor, pagesMax: callsMax });
  return { entries, readTo, records: await ledgerGroups(run, { entries, around, seen: null, floor }) };
}

/** Entries of fifty trades, several wallets each, are some hundred; more is another matter than one page of trades. */
const FEE_CALLS_MAX = 60;

/** What the tile did not bring of the fills' entries: those further down than it was read, and those of tokenized shares. */
async function feeEntries(
  run: KrakenRun,
  page: TradesAndTile & { readonly tile: PageTile; readonly readTo: number },
): Promise<readonly KrakenLedger[]> {
  const { trades, pairs, tile, readTo } = page;
  const below = trades.filter(({ row }) => (secondsOf(row) ?? readTo) <= readTo + MARGIN_SECONDS);
  const shares = new Set(pairs.flatMap(({ kind, pair }) => (kind === "stock" ? [pair] : [])));
  const tokenized = trades.filter(
    ({ row }) => isJsonObject(row) && typeof row.pair === "string" && shares.has(row.pair),
  );
  // The default leaves tokenized shares out, as AssetPairs does (docs.kraken.com, read 2026-05-26).
  const wanted = [
    ...(readTo <= tile.from ? [] : listsOf(below).map((list) => ({ list, fills: below }))),
    ...listsOf(tokenized).map((list) => ({ list: { ...list, aclass: "tokenized_asset" as const }, fills: tokenized })),
  ];
  const found: KrakenLedger[] = [];
  for (const { list, fills } of wanted) {
    const times = fills.flatMap(({ row }) => secondsOf(row) ?? []);
    if (times.length === 0) continue;
    const stretch = {
      from: Math.max(0, Math.min(...times) - MARGIN_SECONDS),
      to: Math.max(...times) + MARGIN_SECONDS,
    };
    const bounds = { floor: tile.floor, pagesMax: FEE_CALLS_MAX };
    found.push(...(await run.ledger.stream(list).read(stretch, bounds)).entries);
  }
  return found;
}

/** The types that entries of these fills have. */
function listsOf(trades: readonly KrakenTrade[]): LedgerList[] {
  const margins = trades.filter(({ row }) => isMarginRow(row)).length;
  const types = [...(margins < trades.length ? ["trade"] : []), ...(margins > 0 ? ["margin", "settled"] : [])];
  return types.map((type) => ({ type }));
}
