import { createHash } from "node:crypto";
import { isJsonObject } from "@fillbook/connector-kit";
import { ImportError, type Json } from "@fillbook/core";

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
 * may be a number, text or absent (docs.kraken.com and answers of other years, read 2026-05-26).
 *
 * @throws ImportError `PROTOCOL` when there is no list of trades at all.
 */
export function readTradesPage(result: Json): TradesPage {
  const { trades = null, count } = isJsonObject(result) ? result : {};
  if (isJsonObject(trades)) {
    const rows = Object.entries(trades).map(([txid, row]) => ({ txid, row }));
    return { rows, count: readCount(count) };
  }
  // An empty list is seen as [] or null where a language cannot tell an empty object from one.
  const empty = (Array.isArray(trades) && trades.length === 0) || (trades === null && readCount(count) === 0);
  if (empty) return { rows: [], count: 0 };
  throw new ImportError("PROTOCOL", "Kraken answered TradesHistory without its list of trades");
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

/** `T` and three groups: the form of every trade id seen in answers of 2014 to 2026. */
export const tradeIdPattern = /^T[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}$/;

/** The id as a cursor may hold it: an id of another form could be long or hold characters that databases refuse. */
export function cursorId({ txid }: KrakenTrade): string {
  return tradeIdPattern.test(txid) ? txid : `sha256:${createHash("sha256").update(txid).digest("hex")}`;
}

function readCount(count: Json | undefined): number | null {
  const value = typeof count === "string" && /^\d{1,12}$/.test(count) ? Number(count) : count;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
