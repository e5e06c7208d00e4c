import type { Instant } from "./instant.ts";

/** What a host gives for these settings where all but the named ones have a default. An instant may be any ISO text. */
export type SettingsInput<Settings, Required extends keyof Settings = never> = {
  readonly [Name in keyof Settings]?:
    | Settings[Name]
    | (Exclude<Settings[Name], undefined> extends Instant ? string : never)
    | undefined;
} & Pick<Settings, Required>;

export interface CheckResult<Cursor = never> {
  /** The account that the credentials open; the connection's `accountRef` when the host gives none. */
  readonly accountRef: string;
  /** All that the credentials open, `accountRef` among them. */
  readonly accounts: readonly string[];
  /** What the broker says the credentials may do, in its own words; empty where it does not say. */
  readonly permissions: readonly string[];
  /** Earliest moment that these credentials may read; null when unlimited or unknown. */
  readonly historyFrom: Instant | null;
  /** What a person should hear although it works, such as a key that may trade. */
  readonly warnings: readonly string[];
  /**
   * Where the first run begins, when the check had the broker make something that is worth reading, such as a statement.
   * It fits each of `accounts`, and `cursor` of the connector reads it. A connection that has a cursor already keeps its own.
   */
  readonly cursor?: Cursor;
}
