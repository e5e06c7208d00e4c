import { testStore } from "@fillbook/testkit/suite";
import { describe, inject, test } from "vitest";
import { type ReusedStore, reusedServerStores } from "./support/reused-stores.ts";
import { passLeaseTime } from "./support/test-store.ts";

// The same histories each time, so that a red test is about the change; `pnpm histories` plays new ones.
const seed = 20_260_105;

describe("PostgreSQL server store", () => {
  const aStore = reusedServerStores();
  // Tests of this file run one after the other: time passes for the store that was made last.
  let current: ReusedStore | null = null;
  testStore({
    test,
    seed,
    histories: inject("wholeCrashMatrix") ? 40 : 2,
    makeStore: async () => {
      current = await aStore();
      return current.store;
    },
    passTime: async (ms) => {
      if (current !== null) await passLeaseTime(current.database, { schema: current.schema, ms });
    },
  });
});
