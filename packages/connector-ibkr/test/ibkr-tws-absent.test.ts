import { ibkrTws } from "@fillbook/connector-ibkr";
import { silentLogger } from "@fillbook/core";
import { expect, test, vi } from "vitest";
import { testClock } from "./support/ibkr-flex-world.ts";

vi.mock("@stoqey/ib", () => {
  throw new Error("Cannot find package '@stoqey/ib'");
});

const settings = { host: "127.0.0.1", port: 4001, clientId: 71, trading: "live", lookBackDays: 1 } as const;

test("package: without @stoqey/ib the connector can be made, and its use says what to install", async () => {
  const connector = ibkrTws({ gateways: [{ host: "127.0.0.1", port: 4001 }] });
  const state = { read: async () => null, write: async () => true };
  const request = {
    userId: "u1",
    credentials: {},
    settings,
    state,
    clock: testClock(),
    signal: new AbortController().signal,
  };
  const wanted = { code: "FEATURE_UNAVAILABLE", message: expect.stringContaining("npm install @stoqey/ib") };
  await expect(connector.check(request)).rejects.toMatchObject(wanted);
  const connection = { id: "c1", userId: "u1", accountRef: "U1234567", settings };
  const pull = { ...request, connection, cursor: null, mode: "scheduled", window: {}, logger: silentLogger } as const;
  const pages = connector.pull(pull)[Symbol.asyncIterator]();
  await expect(pages.next()).rejects.toMatchObject(wanted);
});
