import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";

describe("the suite of every connector", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: 130,
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 12,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: 130, seed: 11 }) });
      const { apiKey, apiSecret, iban } = simulator.key;
      return {
        connector: kraken({ baseUrl: simulator.url }),
        credentials: { apiKey, apiSecret },
        ...{ settings: {}, accountRef: iban, clock, secrets: [apiKey, apiSecret] },
        close: () => simulator.close(),
      };
    },
  });
});
