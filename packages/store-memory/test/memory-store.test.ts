import { memoryStore } from "@fillbook/store-memory";
import { fakeClock, remoteStore } from "@fillbook/testkit";
import { testStore } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";

// The same histories each time, so that a red test is about the change; `pnpm histories` plays new ones.
const seed = 20_260_105;

describe("memory store", () => {
  const clock = fakeClock();
  testStore({ test, seed, makeStore: async () => memoryStore({ clock }), passTime: async (ms) => clock.advance(ms) });
});

describe("memory store behind JSON", () => {
  const clock = fakeClock();
  testStore({
    test,
    makeStore: async () => remoteStore(memoryStore({ clock })),
    passTime: async (ms) => clock.advance(ms),
  });
});
