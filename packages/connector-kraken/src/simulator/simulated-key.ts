import { randomBytes } from "node:crypto";

/** A right of an API key, spelled as GetApiKeyInfo spells it; any other text is kept. */
export type KrakenPermission =
  | "query-funds"
  | "query-open-trades"
  | "query-closed-trades"
  | "query-ledger"
  | "export-data"
  | "modify-trades"
  | "withdraw-funds"
  | (string & {});

/** An API key of the simulated account. */
export interface SimulatedKey {
  readonly apiKey: string;
  /** Base64. Made anew at each start unless it is given. */
  readonly apiSecret: string;
  readonly name: string;
  readonly permissions: readonly KrakenPermission[];
  /** Kraken's account number. Keys of one simulator share one account, so one number by default. */
  readonly iban: string;
  /** The nonce the key was last used with, decimal digits: a next nonce has to be greater. */
  readonly lastNonce: string;
  /** How far below the last nonce a late nonce may lie, in the nonce's own ticks. */
  readonly nonceWindow: number;
  /** Unix seconds; 0 is never. */
  readonly validUntilSeconds: number;
  /** Trades before this are hidden from the key, Unix seconds; 0 is no bound. */
  readonly queryFromSeconds: number;
  /** Trades after this are hidden from the key, Unix seconds; 0 is no bound. */
  readonly queryToSeconds: number;
  /** The one-time password each call must carry as `otp`; null when the key has no second factor. */
  readonly otp: string | null;
}

/** A key's settings; what is left out gets its default. */
export type SimulatedKeyOptions = Partial<SimulatedKey>;

/** Rights that let a key read funds, trades and ledgers, and change nothing. */
const readingPermissions: readonly KrakenPermission[] = [
  "query-funds",
  "query-open-trades",
  "query-closed-trades",
  "query-ledger",
];

/** A key with defaults filled in; apiKey and apiSecret are drawn at random when absent. */
export function simulatedKey(options: SimulatedKeyOptions = {}): SimulatedKey {
  const key: SimulatedKey = {
    apiKey: randomBytes(42).toString("base64"),
    apiSecret: randomBytes(64).toString("base64"),
    name: "simulated",
    permissions: readingPermissions,
    iban: "AA37 N84G SIML ATED",
    lastNonce: "0",
    nonceWindow: 0,
    validUntilSeconds: 0,
    queryFromSeconds: 0,
    queryToSeconds: 0,
    otp: null,
    ...options,
  };
  if (!/^\d{1,20}$/.test(key.lastNonce)) throw new TypeError(`lastNonce is not decimal digits: ${key.lastNonce}`);
  return key;
}
