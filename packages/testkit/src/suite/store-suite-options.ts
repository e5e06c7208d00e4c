import type { BookStore } from "@fillbook/core/store";

/** Registers one test, as `test(name, run)` of vitest, node:test and others do. */
export type RegisterTest = (name: string, run: () => Promise<void>) => unknown;

export interface StoreSuiteOptions {
  /** Registers each demand; the runner decides when it runs. */
  readonly test: RegisterTest;
  /** A new, empty, migrated store. Called once or several times a test. */
  readonly makeStore: () => Promise<BookStore>;
  /** Lets this much time pass on the store's own clock: moves a fake clock, or really waits. */
  readonly passTime: (ms: number) => Promise<void>;
  /** Hostile histories that are played to the store. @defaultValue 100 */
  readonly histories?: number;
  /** Start of the random histories; printed with a failure. @defaultValue a new one each time */
  readonly seed?: number;
}
