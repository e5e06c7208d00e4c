import { testStore } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { passLeaseTime, serverStore, type TestStore } from "./support/test-store.ts";

// The same histories each time, so that a red test is about the change; `pnpm histories` plays new ones.
const seed = 20_260_105;

describe("PostgreSQL server store", () => {
  // Tests of this file run one after the other: time passes for the store that was made last.
  let current: TestStore | null = null;
  testStore({
    test,
    seed,
    histories: 4,
    makeStore: async () => {
      current = await serverStore();
      return current.store;
    },
    passTime: async (ms) => {
      if (current !== null) await passLeaseTime(current.pool, { schema: current.schema, ms });
    },
  });
});
