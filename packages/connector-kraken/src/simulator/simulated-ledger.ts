/**
 * One ledger entry as Kraken stores it. Amounts and times are decimal text and are served digit by digit; a field left
 * out is left out of the answer too, as in the rows of older years.
 */
export interface SimulatedLedger {
  /** Kraken's id of the entry, the key in Ledgers. */
  readonly id: string;
  /** What caused it; for a trade the trade's txid. Case counts. */
  readonly refid: string;
  /** Unix seconds, at most twelve decimals. */
  readonly time: string;
  /** trade, margin, spend, receive, deposit, ...; any text is served. */
  readonly type: string;
  readonly subtype?: string;
  /** @defaultValue "currency"; tokenized shares are served on `aclass=tokenized_asset` only */
  readonly aclass?: string;
  readonly asset: string;
  /** Signed. */
  readonly amount: string;
  /** In the same asset, taken besides the amount. */
  readonly fee: string;
}

/** A ledger entry of a trade, which has the trade's id and time. */
export interface SimulatedLeg {
  readonly asset: string;
  readonly amount: string;
  /** @defaultValue "0" */
  readonly fee?: string;
  /** @defaultValue "trade" */
  readonly type?: string;
  readonly subtype?: string;
  readonly aclass?: string;
}
