import { createRequire } from "node:module";
import { ibkrTws } from "@fillbook/connector-ibkr";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { aTwsWorld } from "./support/ibkr-tws-world.ts";

const paper = [{ accountId: "DU1234567" }];

test("package: the library is given all its options, so it reads no .env file into the environment", async () => {
  const reads = configurationReads();
  await using world = await aTwsWorld();
  expect((await world.run()).error).toBeNull();
  expect(reads).toEqual([]);
  await import("@stoqey/ib").then(({ IBApi }) => new IBApi({ port: 1 }));
  expect(reads).not.toEqual([]);
});

test("check: a connection is made with the account that the gateway opens, and with what it trades", async () => {
  await using world = await aTwsWorld();
  const user = world.book.forUser("owner");
  const { port } = world.tws;
  const connection = await user.connect({ connector: "ibkr-tws", settings: { port } });
  expect(connection).toMatchObject({ accountRef: "U1234567", settings: { trading: "live", clientId: 71 } });
  await world.closed();
  expect((await world.run({ connectionId: connection.id })).error).toBeNull();
});

test("check: paper and live are told apart, stored with the connection, and never mixed up", async () => {
  await using world = await aTwsWorld({ simulator: { accounts: paper } });
  const user = world.book.forUser("owner");
  const settings = { port: world.tws.port };
  const live = user.connect({ connector: "ibkr-tws", settings });
  await expect(live).rejects.toMatchObject({ code: "ACCOUNT_MISMATCH", message: expect.stringContaining("paper") });
  const connection = await user.connect({
    connector: "ibkr-tws",
    settings: { ...settings, trading: "paper" },
  });
  expect(connection).toMatchObject({ accountRef: "DU1234567", settings: { trading: "paper" } });
  await world.closed();
  // Somebody logs in to the other kind later: a run refuses it too.
  const { error, stats } = await world.run();
  expect([error?.code, stats.pages]).toEqual(["ACCOUNT_MISMATCH", 0]);
});

test("check: an account that the gateway does not open is refused, also by a run", async () => {
  await using world = await aTwsWorld();
  const user = world.book.forUser("owner");
  const request = { connector: "ibkr-tws", settings: { port: world.tws.port } } as const;
  await expect(user.connect({ ...request, accountRef: "U7" })).rejects.toMatchObject({ code: "ACCOUNT_MISMATCH" });
  const other = await world.connect("U7");
  expect((await world.run({ connectionId: other })).error?.code).toBe("ACCOUNT_MISMATCH");
  expect(world.asked()).toHaveLength(0);
  await world.closed();
});

test.each([
  [{ gateways: [{ host: "http://127.0.0.1", port: 4001 }] }, "gateways"],
  [{ gateways: [{ host: "127.0.0.1", port: 0 }] }, "gateways"],
  [{ timeouts: { connectMs: 0 } }, "timeouts.connectMs"],
  [{ pageRecords: 0 }, "pageRecords"],
  [{ retries: { retriesMax: 99 } }, "retries.retriesMax"],
])("policy: %j is refused by name", (policy, name) => {
  expect(() => ibkrTws(policy)).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining(name) }),
  );
});

test.each([
  { port: 0 },
  { host: "127.0.0.1/x", port: 4001 },
  { port: 4001, clientId: -1 },
  { port: 4001, lookBackDays: 8 },
  { port: 4001, timeZone: "Mars/Olympus" },
  { port: 4001, trading: "demo" },
  { port: 4001, unknown: 1 },
])("settings: %j is refused", (settings) => {
  expect(z.safeParse(ibkrTws().settings, settings).success).toBe(false);
});

/** Which settings the library takes from its own configuration, whose first use in a process reads the file. */
function configurationReads(): readonly string[] {
  const library = createRequire(createRequire(import.meta.url).resolve("@stoqey/ib"));
  const configuration: { default: object } = library("./common/configuration.js");
  const original = configuration.default;
  onTestFinished(() => {
    configuration.default = original;
  });
  const reads: string[] = [];
  configuration.default = new Proxy(original, {
    get(target, name, receiver) {
      reads.push(String(name));
      return Reflect.get(target, name, receiver);
    },
  });
  return reads;
}
