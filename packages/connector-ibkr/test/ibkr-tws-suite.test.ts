import { ibkrTws } from "@fillbook/connector-ibkr";
import { generateFills, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { expectedBook } from "./support/expected-book.ts";

const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0, comboEvery: 0 };
const made = [...generateFills({ count: 70, seed: 11, days: 4, fromDay: "2025-12-30", ...quiet })];
// TWS shows no fill without an execution id.
const entries = made.filter((entry) => entry.kind === "fill" && entry.execId !== null);

describe("the suite of every connector", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: entries.length,
    expected: expectedBook(entries),
    tellsCoverage: true,
    failures: 6,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startIbkrSimulator({ clock, entries, tws: { logDays: 7 } });
      return {
        connector: ibkrTws({
          gateways: [{ host: simulator.tws.host, port: simulator.tws.port }],
          ...{ pageRecords: 20, timeouts: { commissionMs: 0 } },
        }),
        ...{ credentials: {}, settings: { port: simulator.tws.port, lookBackDays: 7 } },
        ...{ accountRef: simulator.account.accountId, clock, secrets: [] },
        stall: () => simulator.tws.inject({ kind: "silence", atMessage: 1, times: Number.POSITIVE_INFINITY }),
        close: () => simulator.close(),
      };
    },
  });
});
