import { randomBytes } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { testStore } from "@fillbook/testkit/suite";
import { afterAll, beforeAll, describe, test } from "vitest";
import { embeddedStore } from "../src/embedded.ts";
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
  testStore({
    test,
    seed,
    histories: 2,
    makeStore: async () => {
      schema = `t_${randomBytes(8).toString("hex")}`;
      const store = embeddedStore({ pglite }, { schema });
      await store.migrate();
      return store;
    },
    // Time passes for the store that was made last; tests of this file run one after the other.
    passTime: (ms) => passLeaseTime(pglite, { schema, ms }),
  });
});
