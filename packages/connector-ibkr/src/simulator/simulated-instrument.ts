/** What sort of thing was traded. A combo is traded as a whole, but only its legs carry money. */
export type SimulatedKind =
  | "stock"
  | "option"
  | "future"
  | "future-option"
  | "forex"
  | "bond"
  | "fund"
  | "warrant"
  | "structured"
  | "cfd"
  | "crypto"
  | "combo";

/** An instrument, as facts that every interface of the broker tells in its own words. */
export interface SimulatedInstrument {
  readonly kind: SimulatedKind;
  /** The broker's number of the contract; the only identity. */
  readonly conid: string;
  /** With the inner blanks of OCC symbols; "EUR.USD" for forex. */
  readonly symbol: string;
  readonly description: string;
  /** What the price is in. */
  readonly currency: string;
  /** Finer sort, such as "COMMON", "ETF", "C" or "P". Null when the broker tells none. */
  readonly subKind: string | null;
  readonly multiplier: string;
  readonly listingExchange: string | null;
  readonly isin: string | null;
  readonly cusip: string | null;
  readonly figi: string | null;
  readonly issuerCountryCode: string | null;
  /** Of options and futures. */
  readonly underlying: SimulatedUnderlying | null;
  /** The last day, "2026-06-19". Null for what does not end. */
  readonly expiryDay: string | null;
  readonly strike: string | null;
  readonly right: "call" | "put" | null;
  /** Of a combo: what one unit of it consists of. Empty otherwise. */
  readonly legs: readonly SimulatedLeg[];
}

/** What an instrument derives from. */
export interface SimulatedUnderlying {
  readonly conid: string | null;
  readonly symbol: string | null;
  readonly isin: string | null;
  readonly listingExchange: string | null;
}

/** One leg of a combo: a negative ratio is sold when the combo is bought. */
export interface SimulatedLeg {
  readonly conid: string;
  readonly ratio: number;
}
