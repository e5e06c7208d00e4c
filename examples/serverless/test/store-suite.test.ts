import { silentLogger } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testStore } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { functionStore } from "../src/function-store.ts";
import { storeFunction } from "../src/store-function.ts";

// Goal: nothing that a store is asked or answers is lost between two machines. Method: the suite of every store, each call
// of it a whole request and a whole response, without the socket between them, which would take most of the time.

const secret = "the store's secret in this test!";

describe("a store behind a server function", () => {
  const clock = fakeClock();
  testStore({
    test,
    seed: 20_260_105,
    histories: 4,
    makeStore: async () => {
      const send = storeFunction({ store: memoryStore({ clock }), secret, logger: silentLogger });
      return functionStore({ url: "https://data.example/store", secret, send });
    },
    passTime: async (ms) => clock.advance(ms),
  });
});
