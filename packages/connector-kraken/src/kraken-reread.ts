import { createHash } from "node:crypto";
import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { walkTrades } from "./kraken-fetch-trades.ts";
import { headOptions, nowSeconds } from "./kraken-history.ts";
import { ledgerRows } from "./kraken-ledger-reader.ts";
import { entriesOfFills } from "./kraken-ledger-tile.ts";
import { type KrakenReread, rereadSeenMax } from "./kraken-reread-state.ts";
import { type KrakenPage, type KrakenRun, pageOf } from "./kraken-run.ts";
import { type KrakenTrade, krakenRaw } from "./kraken-trade.ts";
import { resolvedPairs } from "./kraken-trade-pages.ts";

const DAY_SECONDS = 86_400;
/** How far back a look goes. */
const REREAD_SECONDS = 7 * DAY_SECONDS;
/** Pages of a day. With their ledger they cost less than a hundredth of what the slowest key may spend in a day. */
const PAGES_MAX = 10;
const DIGEST_LENGTH = 8;

/**
 * Reads fills of the last week again, once a day and behind all else: what Kraken reports otherwise by then is not seen by
 * runs that read what is new. A span that is longer than a day's pages is read on the next day. Rows that look as they did
 * are passed; the others are yielded with their entries of the ledger.
 */
export async function* rereadPages(run: KrakenRun): AsyncGenerator<KrakenPage, void> {
  if (!isAllRead(run)) return;
  run.reread = begun(run);
  const { windows, pages } = run.reread;
  if (pages >= PAGES_MAX) return;
  const walked = walkTrades(run, { cursor: { head: null, windows } });
  for await (const { rows, cursor, finished, reportedAt } of walked) {
    const digests = rows.map(digestOf);
    const known = seenSet(run.reread.seen);
    const changed = rows.filter((_, index) => !known.has(digests[index] ?? ""));
    const pairs = await resolvedPairs(
      changed.map(({ row }) => row),
      run,
    );
    const entries = await entriesOfFills(run, { trades: changed, pairs });
    if (entries === null) return;
    run.reread = {
      ...{ at: run.reread.at, pages: run.reread.pages + 1, windows: cursor.windows },
      seen: [...new Set([...digests, ...known])].join("").slice(0, rereadSeenMax),
    };
    const records = changed.map((trade) => ({ raw: krakenRaw(trade, ledgerRows(entries.get(trade.txid) ?? [])) }));
    yield pageOf(run, { records, pairs, finished, reportedAt });
    if (run.reread.pages >= PAGES_MAX) return;
  }
}

/** History that is still being read needs no second look. */
function isAllRead({ trades, exporting, plan, request }: KrakenRun): boolean {
  return trades.windows.length === 0 && exporting === null && plan === null && request.mode !== "backfill";
}

/** The look that is going on, or that of a new day. Behind a clock that was put back a day is over too. */
function begun({ reread, trades, policy, request }: KrakenRun): KrakenReread {
  const now = nowSeconds(request);
  const passed = now - reread.at;
  if (passed >= 0 && passed < DAY_SECONDS) return reread;
  const today = { ...reread, at: now, pages: 0 };
  if (reread.windows.length > 0) return today;
  // The newest window has read the overlap.
  const to = (trades.head ?? 0) - policy.overlapSeconds;
  const from = Math.max(headOptions(policy, request, 0).historyStart, to - REREAD_SECONDS);
  return from < to ? { ...today, windows: [{ from, to, offset: 0, lastId: null }] } : today;
}

function seenSet(seen: string): ReadonlySet<string> {
  return new Set(seen.match(/.{8}/g) ?? []);
}

/** What of a row makes its fill: a position's figures change later (XChange issue 3123). */
const FACTS = "ordertxid pair time type price cost fee vol margin leverage trade_id maker".split(" ");

function digestOf({ txid, row }: KrakenTrade): string {
  const facts = isJsonObject(row) ? FACTS.map((name): Json => row[name] ?? null) : [row];
  const hash = createHash("sha256").update(JSON.stringify([txid, ...facts]));
  return hash.digest("base64url").slice(0, DIGEST_LENGTH);
}
