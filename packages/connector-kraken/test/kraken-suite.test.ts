import { kraken } from "@fillbook/connector-kraken";
import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { instantFromUnixSeconds } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { sumDecimals } from "../src/simulator/exact-decimal.ts";

const trades = generateTrades({ count: 130, seed: 11 });
const pairs = new Set(trades.map(({ pair }) => pair));

describe("the suite of every connector", () => {
  testConnector({
    test: (name, body) => test(name, body, 120_000),
    executions: 130,
    expected: {
      fills: trades.map(({ txid, time, pair, type, vol, price }) => ({
        ...{ executionId: txid, executedAt: instantFromUnixSeconds(time), instrument: pair },
        ...{ side: type, quantity: vol, price },
      })),
      positions: Object.fromEntries(
        [...pairs].map((name) => {
          const ofPair = trades.filter(({ pair }) => pair === name);
          return [name, sumDecimals(ofPair.map(({ type, vol }) => (type === "buy" ? vol : `-${vol}`)))];
        }),
      ),
    },
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 12,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const clock = fakeClock();
      const simulator = await startKrakenSimulator({ clock, trades });
      const { apiKey, apiSecret, iban } = simulator.key;
      return {
        connector: kraken({ baseUrl: simulator.url }),
        credentials: { apiKey, apiSecret },
        ...{ settings: {}, accountRef: iban, clock, secrets: [apiKey, apiSecret] },
        stall() {
          for (const path of ["GetApiKeyInfo", "TradesHistory"]) {
            simulator.inject({ kind: "never-answers", path, times: Number.POSITIVE_INFINITY });
          }
        },
        close: () => simulator.close(),
      };
    },
  });
});
