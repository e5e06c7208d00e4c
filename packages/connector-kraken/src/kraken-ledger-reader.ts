import { type ImportError, isImportError, type Json } from "@fillbook/core";
import type { KrakenClient } from "./kraken-client.ts";
import { type KrakenLedger, ledgerRaw, readLedgerPage, refidOf } from "./kraken-ledger.ts";

/** Reads the ledger in one run, as far as the key may and Kraken can. */
export interface LedgerReader {
  /** True once Kraken has said that the key may not. */
  denied: boolean;
  /** True once the key has read it. */
  readable: boolean;
  /** What else went wrong: the fills do not wait for it, but the run ends with it. */
  failure: ImportError | null;
  /**
   * Does what reads the ledger; null when it cannot be read.
   *
   * @throws ImportError for all that concerns the whole run, such as limits and aborts.
   */
  attempt<Result>(read: () => Promise<Result>): Promise<Result | null>;
  /** The entries of a type with `from < time <= to`, newest first, as far as the bound of pages goes. */
  span(request: LedgerSpan, pagesMax?: number): Promise<LedgerSpanRead>;
}

/** Whole unix seconds. */
export interface LedgerSpan {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly aclass?: "currency" | "tokenized_asset";
}

interface LedgerSpanRead {
  readonly entries: readonly KrakenLedger[];
  /** False where older entries were left. */
  readonly whole: boolean;
}

/** Rows of a full page (docs.kraken.com, read 2026-05-26). */
export const LEDGER_PAGE_SIZE = 50;

/** Entries of fifty trades, several wallets each, are some hundred; more is another matter than one page of trades. */
const SPAN_PAGES_MAX = 60;

/** Errors that are the ledger's own: fills are read without it. */
const OWN_ERRORS: ReadonlySet<string> = new Set(
  "BROKER_ERROR BROKER_UNAVAILABLE NETWORK PROTOCOL REQUEST_INVALID RESPONSE_TOO_LARGE TIMEOUT".split(" "),
);
const DENIALS: ReadonlySet<string> = new Set(["PERMISSION_DENIED", "FEATURE_UNAVAILABLE"]);

/** @param denied whether an earlier run was refused a short while ago. */
export function ledgerReader(client: KrakenClient, denied: boolean): LedgerReader {
  const reader: LedgerReader = {
    denied,
    readable: false,
    failure: null,
    async attempt(read) {
      if (reader.denied || reader.failure !== null) return null;
      try {
        const result = await read();
        reader.readable = true;
        return result;
      } catch (error) {
        if (isImportError(error) && DENIALS.has(error.code)) reader.denied = true;
        else if (isImportError(error) && OWN_ERRORS.has(error.code)) reader.failure = error;
        else throw error;
        return null;
      }
    },
    span: (request, pagesMax = SPAN_PAGES_MAX) => readSpan(client, request, pagesMax),
  };
  return reader;
}

/** The parameters of one page of Ledgers. */
export function ledgerParameters(
  { from, to, type, aclass }: LedgerSpan,
  offset: number,
): Readonly<Record<string, string>> {
  return {
    type,
    ...(aclass === undefined ? {} : { aclass }),
    ...(from <= 0 ? {} : { start: String(from) }),
    end: String(to),
    ofs: String(offset),
    // As for trades: token units do not change with a share's splits.
    rebase_multiplier: "base",
  };
}

/** The end of the span is past, so an entry that shows up meanwhile can only repeat rows. */
async function readSpan(client: KrakenClient, span: LedgerSpan, pagesMax: number): Promise<LedgerSpanRead> {
  const found = new Map<string, KrakenLedger>();
  let [offset, whole] = [0, false];
  for (let page = 0; page < pagesMax && !whole; page += 1) {
    const parameters = ledgerParameters(span, offset);
    const { rows } = await client.call({ endpoint: "Ledgers", parameters, read: readLedgerPage });
    for (const entry of rows) found.set(entry.id, entry);
    offset += rows.length;
    whole = rows.length < LEDGER_PAGE_SIZE;
  }
  return { entries: [...found.values()], whole };
}

/** Entries by what caused them, each list in the order of the entries' ids: the same entries are the same record. */
export function byRefid(entries: readonly KrakenLedger[]): ReadonlyMap<string, readonly Json[]> {
  const groups = new Map<string, Json[]>();
  const distinct = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  for (const entry of distinct.sort((left, right) => (left.id < right.id ? -1 : 1))) {
    const refid = refidOf(entry.row);
    if (refid === null) continue;
    const group = groups.get(refid);
    if (group === undefined) groups.set(refid, [ledgerRaw(entry)]);
    else group.push(ledgerRaw(entry));
  }
  return groups;
}
