import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import { type ExpectedFill, testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";
import { acmeCsv } from "../src/acme-csv.ts";
import { buy, month, startAcmeBroker } from "./acme-broker.ts";

// Four months; in each a pair of equal rows, and a transfer. The last one still grows.
const months = [1, 2, 3, 4].map((number) => {
  const day = `2026-0${number}`;
  const lines = [
    buy(`${day}-02T10:00:00Z`),
    buy(`${day}-02T10:00:00Z`),
    `transfer,${day}-03T00:00:00Z,,,,500,USD,,,`,
    `trade,${day}-05T10:00:00Z,MSFT,sell,2.5,401.125,USD,,O${number},`,
  ];
  return month(number, lines, number === 4 ? { final: false, until: "2026-04-10T00:00:00.000000Z" } : {});
});

const fillsOf = (number: number): ExpectedFill[] => {
  const apple = { executionId: null, instrument: "AAPL", side: "buy", quantity: "1", price: "100" } as const;
  const bought = { ...apple, executedAt: `2026-0${number}-02T10:00:00Z`, fees: { USD: "0.35" } };
  const microsoft = { executionId: null, instrument: "MSFT", side: "sell", quantity: "2.5", price: "401.125" } as const;
  return [bought, bought, { ...microsoft, executedAt: `2026-0${number}-05T10:00:00Z`, fees: null }];
};

describe("the suite of every connector", () => {
  testConnector({
    test,
    executions: 12,
    expected: { fills: [1, 2, 3, 4].flatMap(fillsOf), positions: { AAPL: "8", MSFT: "-10" } },
    tellsCoverage: true,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => {
      const broker = await startAcmeBroker(months);
      return {
        connector: acmeCsv({ baseUrl: broker.url }),
        credentials: { token: broker.token },
        ...{ settings: {}, accountRef: "A1", clock: fakeClock(), secrets: [broker.token] },
        close: broker.close,
      };
    },
  });
});
