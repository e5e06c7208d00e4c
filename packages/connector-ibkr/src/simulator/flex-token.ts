/** A token of the Flex Web Service. */
export interface FlexToken {
  /** Digits; part of every URL. */
  readonly token: string;
  /** From then on 1012, by the simulator's clock. */
  readonly validUntilMs: number;
  /** Whether requests come from an address that is not allowed (1013). */
  readonly addressRefused: boolean;
  /** Whether the Flex service is switched on for the account (1011 when it is not). */
  readonly serviceActive: boolean;
}

/** Settings of a token. */
export interface FlexTokenOptions {
  /** @defaultValue 24 made-up digits */
  readonly token?: string;
  /** @defaultValue never; IBKR's own default is six hours after it was made */
  readonly validUntilMs?: number;
  /** @defaultValue false */
  readonly addressRefused?: boolean;
  /** @defaultValue true */
  readonly serviceActive?: boolean;
}

/** A whole token; `index` keeps made-up digits apart. */
export function flexToken(options: FlexTokenOptions, index: number): FlexToken {
  return {
    token: String(100_000_000_000_000_000_000_001n + BigInt(index) * 7_919_000_001n),
    validUntilMs: Number.POSITIVE_INFINITY,
    addressRefused: false,
    serviceActive: true,
    ...options,
  };
}
