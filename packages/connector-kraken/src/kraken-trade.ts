import { isJsonObject } from "@fillbook/connector-kit";
import { ImportError, type Json } from "@fillbook/core";
import { listedRows } from "./kraken-id.ts";

/** One row of TradesHistory, with the id that Kraken writes in front of it. */
export interface KrakenTrade {
  readonly txid: string;
  readonly row: Json;
}

/** A page of TradesHistory, newest first. */
export interface TradesPage {
  readonly rows: readonly KrakenTrade[];
  readonly count: number | null;
}

/**
 * Reads `{ trades: { <txid>: row }, count }`. The order is the text's own, which all captures show newest first; `count`
 * may be a number, text or absent (docs.kraken.com and answers of other years, read 2026-05-26). An empty list is seen as [],
 * null or left out where a language cannot tell an empty object from one.
 *
 * @returns null for an answer with neither a list nor a count, which says nothing.
 * @throws ImportError `PROTOCOL` for no list beside a count that is not 0.
 */
export function readTradesPage(result: Json): TradesPage | null {
  const { trades = null, count = null } = isJsonObject(result) ? result : { trades: false };
  if (isJsonObject(trades)) {
    const rows = listedRows(trades, "TradesHistory").map(({ id, row }) => ({ txid: id, row }));
    return { rows, count: readCount(count) };
  }
  if (Array.isArray(trades) && trades.length === 0) return { rows: [], count: readCount(count) };
  if (trades !== null || (count !== null && readCount(count) !== 0)) throw withoutTrades();
  return count === null ? null : { rows: [], count: 0 };
}

export function withoutTrades(): ImportError {
  return new ImportError("PROTOCOL", "Kraken answered TradesHistory without its list of trades");
}

/**
 * The record that is stored: the row as it came, its id, and what the ledger says of it.
 *
 * @param ledgerRows as `ledgerRaw` makes them; empty where nothing is known.
 */
export function krakenRaw({ txid, row }: KrakenTrade, ledgerRows: readonly Json[] = []): Json {
  const raw = isJsonObject(row) ? { ...row, txid } : { txid, row };
  return ledgerRows.length === 0 ? raw : { ...raw, ledgerRows };
}

function readCount(count: Json): number | null {
  const value = typeof count === "string" && /^\d{1,12}$/.test(count) ? Number(count) : count;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
