import { isJsonObject } from "@fillbook/connector-kit";
import { ImportError, type Json, parseDecimal } from "@fillbook/core";
import { decimalSchema } from "@fillbook/core/connector";
import { z } from "zod";
import { listedRows } from "./kraken-id.ts";

/** One row of Ledgers, with the id that Kraken writes in front of it. A type, so that it is assignable to Json. */
export type KrakenLedger = {
  readonly id: string;
  readonly row: Json;
};

/** Rows of a full page (docs.kraken.com, read 2026-05-26). */
export const LEDGER_PAGE_SIZE = 50;

/** A page of Ledgers, newest first. */
export interface LedgerPage {
  readonly rows: readonly KrakenLedger[];
  /** Always null: Kraken counts the rows of other types along (rotki issue 116), so that it proves nothing. */
  readonly count: null;
}

/**
 * Reads `{ ledger: { <id>: row }, count }`. An empty list may be [], null or left out.
 *
 * @throws ImportError `PROTOCOL` for no list beside a count that is not 0, and for what is no list.
 */
export function readLedgerPage(result: Json): LedgerPage {
  const { ledger = null, count = null } = isJsonObject(result) ? result : { ledger: false };
  if (isJsonObject(ledger)) return { rows: listedRows(ledger, "Ledgers"), count: null };
  const isEmpty = Array.isArray(ledger) && ledger.length === 0;
  if (isEmpty || (ledger === null && (count === null || count === 0 || count === "0")))
    return { rows: [], count: null };
  throw new ImportError("PROTOCOL", "Kraken answered Ledgers without its list of entries");
}

/** The entry that is stored: the row as it came, and its id. */
export function ledgerRaw({ id, row }: KrakenLedger): Json {
  return isJsonObject(row) ? { ...row, id } : { id, row };
}

/**
 * Names the entry's cause; for a trade the trade's id. Its case counts (support.kraken.com, read 2026-05-27). `Unknown` is no
 * name: staking has it in place of one (support.kraken.com and XChange, read 2026-05-27).
 */
export function refidOf(row: Json): string | null {
  const refid = isJsonObject(row) ? row.refid : null;
  return typeof refid === "string" && refid !== "" && refid !== "Unknown" ? refid : null;
}

/** The type of an entry, such as "trade"; null where it is no text. */
export function ledgerTypeOf(row: Json): string | null {
  return isJsonObject(row) && typeof row.type === "string" ? row.type : null;
}

/** Whole unix seconds of a row of any history; null for what is no time. */
export function secondsOf(row: Json): number | null {
  const time = isJsonObject(row) ? row.time : null;
  const text = typeof time === "string" || typeof time === "number" ? String(time) : "";
  return /^\d{9,10}(?:\.\d+)?$/.test(text) ? Math.floor(Number(text.split(".")[0])) : null;
}

/** What is read of an entry: what moved, what it cost, and in which asset. */
export const ledgerEntrySchema = z.object({
  id: z.string(),
  type: z.string().max(100),
  subtype: z.string().max(100).nullish(),
  aclass: z.string().max(100).nullish(),
  asset: z
    .string()
    .max(100)
    .regex(/^[\x21-\x7e]+$/),
  /** As it was written: how many digits it has tells how far amounts of the asset are rounded. */
  amount: z.string().refine((text) => parseDecimal(text) !== null, "is not a decimal"),
  fee: decimalSchema,
});
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;
