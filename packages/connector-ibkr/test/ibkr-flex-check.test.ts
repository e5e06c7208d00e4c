import { ibkrFlex } from "@fillbook/connector-ibkr";
import { generateFills } from "@fillbook/connector-ibkr/simulator";
import { createFillbook } from "@fillbook/core";
import { expect, test } from "vitest";
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
  return Object.assign(world, { user, queryId: simulator.query("AF").id });
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
  const connect = world.user.connect({ connector: "ibkr-flex", settings });
  await expect(connect).rejects.toMatchObject({ code: "OPTION_INVALID", message: expect.stringContaining(named) });
  expect(world.steps()).toEqual([]);
});
