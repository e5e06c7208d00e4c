import { PGlite } from "@electric-sql/pglite";
import { testStore } from "@fillbook/testkit/suite";
import { afterAll, beforeAll, describe, inject, test } from "vitest";
import { reusedEmbeddedStores } from "./support/reused-stores.ts";
import { passLeaseTime } from "./support/test-store.ts";

// The same histories each time, so that a red test is about the change; `pnpm histories` plays new ones.
const seed = 20_260_105;

describe("PGlite store", () => {
  let pglite: PGlite;
  let schema = "";
  beforeAll(async () => {
    pglite = await PGlite.create();
  }, 60_000);
  afterAll(() => pglite.close());
  const aStore = reusedEmbeddedStores(() => pglite);
  testStore({
    test,
    seed,
    histories: inject("wholeCrashMatrix") ? 40 : 2,
    makeStore: async () => {
      const one = await aStore();
      schema = one.schema;
      return one.store;
    },
    // Time passes for the store that was made last; tests of this file run one after the other.
    passTime: (ms) => passLeaseTime(pglite, { schema, ms }),
  });
});
