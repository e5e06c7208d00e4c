import { type ImportError, isImportError, type Json } from "@fillbook/core";
import type { KrakenClient } from "./kraken-client.ts";
import {
  type KrakenLedger,
  LEDGER_PAGE_SIZE,
  type LedgerPage,
  ledgerRaw,
  readLedgerPage,
  refidOf,
} from "./kraken-ledger.ts";
import { type LedgerStream, ledgerStream } from "./kraken-ledger-stream.ts";

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
  /** The list as a stream, which goes on where this run last read it. */
  stream(list: LedgerList): LedgerStream;
  /** The entries of a list with `from < time <= to`, by themselves. */
  span(span: LedgerSpan): Promise<readonly KrakenLedger[]>;
}

/** What Kraken lists apart: entries of a type and a class. */
export interface LedgerList {
  readonly type: string;
  readonly aclass?: "currency" | "tokenized_asset";
}

/** Whole unix seconds. */
export interface LedgerSpan extends LedgerList {
  readonly from: number;
  readonly to: number;
}

/** A span is read for one group of entries, which is some rows among those of the same seconds. */
const SPAN_PAGES_MAX = 60;

/** Errors that are the ledger's own: fills are read without it. */
const OWN_ERRORS: ReadonlySet<string> = new Set(
  "BROKER_ERROR BROKER_UNAVAILABLE NETWORK PAGING_UNSTABLE PROTOCOL REQUEST_INVALID RESPONSE_TOO_LARGE TIMEOUT".split(
    " ",
  ),
);
const DENIALS: ReadonlySet<string> = new Set(["PERMISSION_DENIED", "FEATURE_UNAVAILABLE"]);

/** @param denied whether an earlier run was refused a short while ago. */
export function ledgerReader(client: KrakenClient, denied: boolean): LedgerReader {
  const streams = new Map<string, LedgerStream>();
  const page = (span: LedgerSpan, offset: number): Promise<LedgerPage> =>
    client.call({ endpoint: "Ledgers", parameters: ledgerParameters(span, offset), read: readLedgerPage });
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
    stream(list) {
      const name = `${list.type} ${list.aclass ?? ""}`;
      const stream = streams.get(name) ?? ledgerStream((span, offset) => page({ ...span, ...list }, offset));
      streams.set(name, stream);
      return stream;
    },
    span: (span) => readSpan(page, span),
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
async function readSpan(
  page: (span: LedgerSpan, offset: number) => Promise<LedgerPage>,
  span: LedgerSpan,
): Promise<readonly KrakenLedger[]> {
  const found = new Map<string, KrakenLedger>();
  for (let pages = 0, offset = 0; pages < SPAN_PAGES_MAX; pages += 1) {
    const { rows } = await page(span, offset);
    for (const entry of rows) found.set(entry.id, entry);
    if (rows.length < LEDGER_PAGE_SIZE) break;
    offset += rows.length;
  }
  return [...found.values()];
}

/** Entries by what caused them. */
export function entriesByRefid(entries: readonly KrakenLedger[]): ReadonlyMap<string, readonly KrakenLedger[]> {
  const groups = new Map<string, KrakenLedger[]>();
  for (const entry of entries) {
    const refid = refidOf(entry.row);
    if (refid === null) continue;
    const group = groups.get(refid);
    if (group === undefined) groups.set(refid, [entry]);
    else group.push(entry);
  }
  return groups;
}

/** Entries as a record holds them, each once and in the order of their ids: the same entries are the same record. */
export function ledgerRows(entries: readonly KrakenLedger[]): readonly Json[] {
  const distinct = [...new Map(entries.map((entry) => [entry.id, entry])).values()];
  return distinct.sort((left, right) => (left.id < right.id ? -1 : 1)).map(ledgerRaw);
}
