import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { expectedBook } from "./support/expected-book.ts";

const entries = [...generateFills({ count: 70, seed: 11, days: 10, fromDay: "2025-12-01", bookingEvery: 0 })];

describe("the suite of every connector", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: 70,
    expected: expectedBook(entries),
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 12,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startIbkrSimulator({ clock, entries, generationMs: 20_000 });
      const { accountId } = simulator.account;
      const { token } = simulator.token;
      return {
        connector: ibkrFlex({ baseUrl: simulator.url, pageRecords: 20 }),
        credentials: { token },
        ...{ settings: { queryId: simulator.query("AF").id }, accountRef: accountId, clock, secrets: [token] },
        stall: () => void simulator.inject({ kind: "never-answers", times: Number.POSITIVE_INFINITY }),
        close: () => simulator.close(),
      };
    },
  });
});
