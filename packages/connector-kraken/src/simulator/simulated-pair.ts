/** A row of AssetPairs; what Kraken adds beside these is served with plausible values. */
export interface SimulatedPair {
  /** Kraken's own name of the pair, the key of the answer, such as "XXBTZUSD". */
  readonly key: string;
  /** Not unique: two tokenized pairs may share one. */
  readonly altname: string;
  /** null leaves it out, as for dark pool pairs. */
  readonly wsname: string | null;
  readonly base: string;
  readonly quote: string;
  readonly pairDecimals: number;
  /** @defaultValue 8 */
  readonly lotDecimals?: number;
  /** Tokenized shares are listed on `aclass_base=tokenized_asset` only. @defaultValue false */
  readonly tokenized?: boolean;
  /**
   * Shares that a token of a tokenized pair stands for: fills are told in shares unless `rebase_multiplier=base` asks for
   * tokens. @defaultValue "1"
   */
  readonly multiplier?: string;
  /** @defaultValue "online" */
  readonly status?: string;
}
