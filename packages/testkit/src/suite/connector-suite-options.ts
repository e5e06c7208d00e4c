import type { Json } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import type { FakeClock } from "../fake-clock.ts";
import type { RegisterTest } from "./store-suite-options.ts";

/** A connector and the simulated broker that it reads. */
export interface ConnectorTrial {
  readonly connector: AnyConnector;
  readonly credentials: unknown;
  readonly settings: Json;
  readonly accountRef: string;
  /** The clock that the broker and the store go by. */
  readonly clock: FakeClock;
  /** Texts that must never be seen outside a request. */
  readonly secrets: readonly string[];
  /** Ends the broker. */
  close(): Promise<void>;
}

export interface ConnectorSuiteOptions {
  readonly test: RegisterTest;
  /** A new broker with the same account each time; its history takes several pages. */
  readonly makeTrial: () => Promise<ConnectorTrial>;
  readonly makeStore: (clock: FakeClock) => Promise<BookStore>;
  /** How many different fills the account has. */
  readonly executions: number;
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
