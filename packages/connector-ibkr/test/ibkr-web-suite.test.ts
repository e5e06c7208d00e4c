import { ibkrWeb } from "@fillbook/connector-ibkr";
import { generateFills, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { expectedBook } from "./support/expected-book.ts";

const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0, comboEvery: 0 };
const made = [...generateFills({ count: 70, seed: 11, days: 4, fromDay: "2025-12-30", ...quiet })];
// Client Portal shows no fill without an execution id.
const entries = made.filter((entry) => entry.kind === "fill" && entry.execId !== null);

describe("the suite of every connector, at a gateway", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: entries.length,
    expected: expectedBook(entries),
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 12,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startIbkrSimulator({ clock, entries, portal: {} });
      const { portal } = simulator;
      return {
        connector: ibkrWeb({ gateways: [{ url: portal.url, ca: portal.certificate }], pageRecords: 20 }),
        credentials: { kind: "gateway" },
        ...{ settings: {}, accountRef: simulator.account.accountId, clock, secrets: [] },
        stall: () => void portal.inject({ kind: "never-answers", times: Number.POSITIVE_INFINITY }),
        close: () => simulator.close(),
      };
    },
  });
});

describe("the suite of every connector, by OAuth", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: entries.length,
    expected: expectedBook(entries),
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 3,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startIbkrSimulator({ clock, entries, portal: {} });
      const { portal } = simulator;
      const { consumer } = portal;
      return {
        connector: ibkrWeb({ oauthUrls: [portal.oauthUrl], oauthTls: { ca: portal.certificate }, pageRecords: 20 }),
        credentials: { kind: "oauth", ...consumer },
        // Keys and secrets of another shape are told apart before a request; a token is not.
        refused: { kind: "oauth", ...consumer, accessToken: "0123456789abcdef0123" },
        ...{ settings: {}, accountRef: simulator.account.accountId, clock },
        secrets: [consumer.accessToken, consumer.accessTokenSecret, consumer.signatureKey, consumer.encryptionKey],
        stall: () => void portal.inject({ kind: "never-answers", times: Number.POSITIVE_INFINITY }),
        close: () => simulator.close(),
      };
    },
  });
});
