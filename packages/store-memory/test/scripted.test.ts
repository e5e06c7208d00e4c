import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { describe, test } from "vitest";

describe("scripted connector", () => {
  testConnector({
    test,
    executions: 5,
    makeStore: async (clock) => memoryStore({ clock }),
    makeTrial: async () => ({
      connector: scripted({
        pages: Array.from({ length: 5 }, (_, index) => {
          return { records: [{ kind: "execution", execution: anExecution({ familyId: `E${index}` }) }] };
        }),
      }),
      ...{ credentials: { token: "canary-0123456789" }, secrets: ["canary-0123456789"] },
      // A script takes any token.
      refused: null,
      ...{ settings: {}, accountRef: "A1", clock: fakeClock(), close: async () => undefined },
    }),
  });
});
