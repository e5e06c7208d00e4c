import type { Json } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import type { FakeClock } from "../fake-clock.ts";
import type { RegisterTest } from "./store-suite-options.ts";

/** A connector and the simulated broker that it reads. */
export interface ConnectorTrial {
  /** The connector that is proved, set up for this broker. */
  readonly connector: AnyConnector;
  /** Credentials that open the account, as the connector's schema reads them. */
  readonly credentials: unknown;
  /**
   * Credentials of the right shape that the broker refuses; null where it has none to refuse, as behind a gateway that a
   * person logged in at. @defaultValue the trial's own, with each of its `secrets` spelled otherwise
   */
  readonly refused?: unknown;
  /** As the connector's schema reads them. */
  readonly settings: Json;
  /** The account as `check` names it. */
  readonly accountRef: string;
  /** The clock that the broker and the store go by. */
  readonly clock: FakeClock;
  /** Texts that must never be seen outside a request. */
  readonly secrets: readonly string[];
  /**
   * From now on the broker takes requests and answers none. With it the suite sees whether a request ends with its signal;
   * without, only that an aborted read does not go on.
   */
  stall?(): void;
  /** Ends the broker. */
  close(): Promise<void>;
}

/** A fill as the broker's own record has it once everything is imported: the last version of it. */
export interface ExpectedFill {
  /** As the broker spells it; null for a fill without an id. */
  readonly executionId: string | null;
  /** UTC, such as `2026-01-05T09:30:00Z`. */
  readonly executedAt: string;
  /** The instrument's number at the broker (`conid`) where it has one, else its symbol as the broker spells it. */
  readonly instrument: string;
  /** As the account's owner sees it. */
  readonly side: "buy" | "sell";
  /** Decimal text above zero. */
  readonly quantity: string;
  /** Decimal text, for one unit. */
  readonly price: string;
  /** Decimal text by currency; `{}` when there are none, null while they are unknown. Left out, fees are not compared. */
  readonly fees?: Readonly<Record<string, string>> | null;
}

/** What the broker's own record says of the account, worked out without the connector: from the simulated broker's book. */
export interface ExpectedBook {
  /** All fills that count, in any order; those that were taken back are left out. */
  readonly fills: readonly ExpectedFill[];
  /** Bought less sold, as decimal text, by {@link ExpectedFill.instrument}. Flat ones may be left out. */
  readonly positions: Readonly<Record<string, string>>;
}

/** What `testConnector` is told about a connector and its simulated broker. */
export interface ConnectorSuiteOptions {
  /** Registers each demand; the runner decides when it runs. */
  readonly test: RegisterTest;
  /** A new broker with the same account each time; its history takes several pages. */
  readonly makeTrial: () => Promise<ConnectorTrial>;
  /** A new, empty, migrated store that goes by this clock. */
  readonly makeStore: (clock: FakeClock) => Promise<BookStore>;
  /** How many different fills the account has, those that were taken back included. */
  readonly executions: number;
  /**
   * The fills and positions that an import must come to. Without it the suite can only hold records against what they are
   * made into: give it, and let the history have buys and sells, a correction and a bust where the broker has them.
   * @defaultValue not compared
   */
  readonly expected?: ExpectedBook;
  /** True when pages tell coverage: then they must, and what they claim must be true. @defaultValue false */
  readonly tellsCoverage?: boolean;
  /**
   * True when pages tell when the broker reported them: then all with records must, by the trial's clock, as by the `Date`
   * that the simulated broker writes. @defaultValue false
   */
  readonly tellsReportedAt?: boolean;
  /** At most this many store calls are made to fail, spread over a whole import. @defaultValue all */
  readonly failures?: number;
}
