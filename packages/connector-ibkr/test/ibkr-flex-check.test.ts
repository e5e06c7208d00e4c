import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills } from "@fillbook/connector-ibkr/simulator";
import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { scripted } from "@fillbook/testkit";
import { expect, expectTypeOf, test } from "vitest";
import { aFlexWorld, type FlexWorldOptions } from "./support/ibkr-flex-world.ts";

const entries = [
  ...generateFills({ count: 12, seed: 3, days: 5, fromDay: "2026-02-16", bookingEvery: 0, comboEvery: 0 }),
];

async function aBook(options: FlexWorldOptions = {}) {
  const world = await aFlexWorld({ ...options, simulator: { entries, ...options.simulator } });
  const { store, clock, simulator, policy } = world;
  const credentials = async () => ({ token: simulator.token.token });
  const book = createFillbook({ store, clock, connectors: [ibkrFlex(policy)], credentials });
  const user = book.forUser("owner");
  return Object.assign(world, { book, user, queryId: simulator.query("AF").id });
}

test("check: with an account it is one request, and takes the account at its word", async () => {
  await using world = await aBook();
  const settings = { queryId: world.queryId, accountId: "U1234567" };
  const connection = await world.user.connect({ connector: "ibkr-flex", settings });
  expect(connection).toMatchObject({ accountRef: "U1234567", broker: "ibkr" });
  expect(world.steps()).toEqual(["SendRequest"]);
});

test("check: without one the statement names it", async () => {
  await using world = await aBook({
    simulator: { accounts: [{ accountId: "U1234567" }, { accountId: "U7654321" }], generationMs: 20_000 },
  });
  const connection = await world.user.connect({ connector: "ibkr-flex", settings: { queryId: world.queryId } });
  expect(connection.accountRef).toBe("U1234567");
  const other = await world.user.connect({
    connector: "ibkr-flex",
    settings: { queryId: world.queryId },
    accountRef: "U7654321",
  });
  expect(other.accountRef).toBe("U7654321");
});

test("check: a statement that does not come leaves the account unknown, which is said", async () => {
  await using world = await aBook({ simulator: { generationMs: 3_600_000 } });
  const connect = world.user.connect({ connector: "ibkr-flex", settings: { queryId: world.queryId } });
  await expect(connect).rejects.toMatchObject({
    code: "BROKER_UNAVAILABLE",
    message: expect.stringContaining("accountId"),
  });
});

test("check: 1003 proves token and query", async () => {
  await using world = await aBook();
  world.simulator.inject({ kind: "error", code: "1003", times: 9 });
  const settings = { queryId: world.queryId, accountId: "U1234567" };
  expect(await world.user.connect({ connector: "ibkr-flex", settings })).toMatchObject({ accountRef: "U1234567" });
});

test.each([
  ["1012", "CREDENTIALS_INVALID"],
  ["1014", "OPTION_INVALID"],
  ["1015", "CREDENTIALS_INVALID"],
  ["1025", "LOCKED_OUT"],
] as const)("check: %s is %s", async (code, expected) => {
  await using world = await aBook();
  world.simulator.inject({ kind: "error", code, times: 9 });
  const settings = { queryId: world.queryId, accountId: "U1234567" };
  await expect(world.user.connect({ connector: "ibkr-flex", settings })).rejects.toMatchObject({ code: expected });
});

test.each([
  [{}, "queryId"],
  [{ queryId: "abc" }, "queryId is not the number of a Flex query"],
  [{ queryId: "1", timeZone: "Mars/Olympus" }, "timeZone"],
  [{ queryId: "1", historyFrom: "2026-02-30" }, "historyFrom is not a day"],
  [{ queryId: "1", overlapDays: 4 }, "overlapDays"],
] as const)("settings: %j is refused, naming %s", async (settings, named) => {
  await using world = await aBook();
  // What a form holds, whatever the types say.
  const connect = world.user.connect({ connector: "ibkr-flex", settings: settings as { queryId: string } });
  await expect(connect).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining(named) });
  expect(world.steps()).toEqual([]);
});

test.each([
  ["named", { accountId: "U1234567" }, ["SendRequest", "GetStatement"]],
  ["found in the statement", {}, ["SendRequest", "GetStatement", "GetStatement"]],
] as const)("the first run reads the statement that the check had made: account %s", async (_, more, steps) => {
  await using world = await aBook();
  const settings = { queryId: world.queryId, ...more };
  const { id } = await world.user.connect({ connector: "ibkr-flex", settings });
  const report = await world.book.ingest({ connectionId: id, mode: "scheduled" });
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: entries.length } });
  expect(world.steps()).toEqual(steps);
});

test("the first run of a query whose days are named asks for its own statement", async () => {
  await using world = await aBook();
  const settings = { queryId: world.queryId, accountId: "U1234567", period: "override" } as const;
  const { id } = await world.user.connect({ connector: "ibkr-flex", settings });
  await world.book.ingest({ connectionId: id, mode: "scheduled" });
  expect(world.steps().filter((step) => step === "SendRequest").length).toBeGreaterThan(1);
});

test("files need no query; credentials do, and are asked for it by name", async () => {
  await using world = await aBook();
  const { id, settings } = await world.user.connect({ connector: "ibkr-flex", offline: true, accountRef: "U1234567" });
  expect(settings).not.toHaveProperty("queryId");
  const refused = { code: "OPTION_INVALID", message: expect.stringContaining("queryId") };
  await expect(world.user.reconnect(id)).rejects.toMatchObject(refused);
  await world.user.updateConnection(id, { settings: { queryId: world.queryId } });
  expect(await world.user.reconnect(id)).toMatchObject({ status: "active", schedule: "interval" });
});

test("types: a setting without a default is required, but for files", () => {
  const book = createFillbook({ store: memoryStore(), connectors: [ibkrFlex()] as const });
  type Request = Parameters<ReturnType<typeof book.forUser>["connect"]>[0];
  expectTypeOf<{ connector: "ibkr-flex"; settings: { queryId: string } }>().toExtend<Request>();
  expectTypeOf<{ connector: "ibkr-flex"; settings: { queryId: string; period: "saved" } }>().toExtend<Request>();
  expectTypeOf<{ connector: "ibkr-flex" }>().not.toExtend<Request>();
  expectTypeOf<{ connector: "ibkr-flex"; settings: { accountId: string } }>().not.toExtend<Request>();
  expectTypeOf<{ connector: "ibkr-flex"; settings: { queryId: number } }>().not.toExtend<Request>();
  expectTypeOf<{ connector: "ibkr-flex"; offline: true; accountRef: string }>().toExtend<Request>();
  // Of connectors in an array each keeps its own.
  const list = [ibkrFlex(), scripted({ pages: [] })];
  const ofList = createFillbook({ store: memoryStore(), connectors: list });
  type OfList = Parameters<ReturnType<typeof ofList.forUser>["connect"]>[0];
  expectTypeOf<{ connector: "ibkr-flex"; settings: { queryId: string } }>().toExtend<OfList>();
  expectTypeOf<{ connector: "ibkr-flex" }>().not.toExtend<OfList>();
  expectTypeOf<{ connector: "scripted" }>().toExtend<OfList>();
});
