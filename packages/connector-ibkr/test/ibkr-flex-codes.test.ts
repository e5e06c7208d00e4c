import { generateFills } from "@fillbook/connector-ibkr/simulator";
import type { ErrorCode } from "@fillbook/core";
import { expect, test } from "vitest";
import { aFlexWorld, HOUR_MS } from "./support/ibkr-flex-world.ts";

const entries = [
  ...generateFills({ count: 12, seed: 3, days: 5, fromDay: "2026-02-16", bookingEvery: 0, comboEvery: 0 }),
];

const finalCodes = [
  ["1010", "OPTION_INVALID", "error"],
  ["1011", "PERMISSION_DENIED", "needs_reauth"],
  ["1012", "CREDENTIALS_INVALID", "needs_reauth"],
  ["1013", "PERMISSION_DENIED", "needs_reauth"],
  ["1014", "OPTION_INVALID", "error"],
  ["1015", "CREDENTIALS_INVALID", "needs_reauth"],
  ["1016", "ACCOUNT_MISMATCH", "error"],
  ["1020", "OPTION_INVALID", "error"],
  ["4711", "BROKER_ERROR", "active"],
] as const satisfies readonly (readonly [string, ErrorCode, string])[];

test.each(finalCodes)("codes: %s of SendRequest is %s after one request", async (code, expected, status) => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code, step: "SendRequest", times: 100 });
  const report = await world.run();
  expect(report.error).toMatchObject({ code: expected });
  expect(report.error?.message).toContain(code);
  expect(world.simulator.requests).toHaveLength(1);
  expect((await world.store.connection("owner", world.connectionId))?.status).toBe(status);
  expect(report.cursorAfter).toBeNull();
});

test.each(finalCodes)("codes: %s of GetStatement is %s after one look", async (code, expected) => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code, step: "GetStatement", times: 100 });
  expect((await world.run()).error).toMatchObject({ code: expected });
  expect(world.simulator.requests).toHaveLength(2);
});

const laterCodes = ["1001", "1004", "1005", "1006", "1007", "1008", "1009", "1021"];

test.each(laterCodes)("codes: %s is tried again, and in the end the fills are there", async (code) => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code, step: "SendRequest", times: 2 });
  world.simulator.inject({ kind: "error", code, step: "GetStatement", times: 2 });
  const report = await world.run();
  expect(report).toMatchObject({ status: "succeeded", error: null, stats: { inserted: 12 } });
  expect(world.steps()).toHaveLength(6);
});

test.each([...laterCodes, "9999"])("codes: %s without end is bounded", async (code) => {
  await using world = await aFlexWorld({ simulator: { entries } });
  const message = "Something. Please try again shortly.";
  world.simulator.inject({ kind: "error", code, message, step: "SendRequest", times: 100 });
  expect((await world.run()).error).toMatchObject({ code: "BROKER_UNAVAILABLE" });
  expect(world.simulator.requests).toHaveLength(5);
});

test("codes: 1018 silences the token for a minute", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code: "1018", step: "SendRequest" });
  expect((await world.run()).error).toBeNull();
  const [refused, sent] = world.simulator.requests;
  expect((sent?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
});

test("codes: 1025 silences the token for hours, for every connection, and is remembered", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code: "1025", step: "SendRequest" });
  expect((await world.run()).error).toMatchObject({ code: "LOCKED_OUT", retryAfterMs: 4 * HOUR_MS });
  world.clock.advance(3 * HOUR_MS);
  const connectionId = await world.connect();
  expect((await world.run({ connectionId })).error).toMatchObject({ code: "LOCKED_OUT" });
  expect(world.simulator.requests).toHaveLength(1);
  world.clock.advance(HOUR_MS + 1_000);
  expect((await world.run()).error).toBeNull();
});

test("codes: 1017 allows one fresh request", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code: "1017", step: "GetStatement" });
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 12 } });
  expect(world.sends()).toHaveLength(2);
});

test("codes: 1017 twice ends the run, and the next one goes on", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "error", code: "1017", step: "GetStatement", times: 2 });
  expect((await world.run()).error).toMatchObject({ code: "BROKER_ERROR" });
  expect(world.steps()).toHaveLength(4);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 12 } });
});

test.each(["SendRequest", "GetStatement"] as const)(
  "codes: 1003 of %s is no data: the cursor claims nothing and the run says so",
  async (step) => {
    await using world = await aFlexWorld({ simulator: { entries } });
    const fault = world.simulator.inject({ kind: "error", code: "1003", step, times: 100 });
    const report = await world.run();
    expect(report).toMatchObject({ status: "partial", error: null, stats: { fetched: 0 } });
    expect(report.cursorAfter).toMatchObject({ coverage: { covered: [] }, pending: null });
    expect(await world.problems()).toMatchObject([expect.stringContaining("1003")]);
    fault.remove();
    world.clock.advance(HOUR_MS);
    expect((await world.run()).stats.inserted).toBe(12);
  },
);

test("codes: 1003 for days asked for by name takes days off, then asks for the saved period", async () => {
  await using world = await aFlexWorld({ simulator: { entries }, settings: { period: "override" } });
  world.simulator.inject({ kind: "error", code: "1003", step: "SendRequest", times: 4 });
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 12 } });
  expect(world.sends().map(({ parameters }) => parameters.td)).toEqual([
    ...["20260227", "20260226", "20260225", "20260224"],
    undefined,
  ]);
});

test("codes: a query whose period contradicts the named days is read by its saved period", async () => {
  const queries = [{ type: "AF", override: "conflicts" }] as const;
  await using world = await aFlexWorld({ simulator: { entries, queries }, settings: { period: "override" } });
  expect(await world.run()).toMatchObject({ error: null, stats: { inserted: 12 } });
});

test.each(["1014", "1016", "1020"])(
  "codes: %s for twenty hours, for a query that has worked, passes by itself and costs few requests",
  async (code) => {
    await using world = await aFlexWorld({ simulator: { entries } });
    expect((await world.run()).error).toBeNull();
    const before = world.sends().length;
    const fault = world.simulator.inject({ kind: "error", code, step: "SendRequest", forMs: 20 * HOUR_MS });
    for (let waitedMs = 0; waitedMs < 20 * HOUR_MS; ) {
      world.clock.advance(HOUR_MS);
      const { error, cursorAfter } = await world.run();
      expect(error).toMatchObject({ code: "BROKER_ERROR", recovery: "retry" });
      expect(error?.message).toContain(code);
      expect(cursorAfter).toMatchObject({ known: { refusedSinceMs: expect.any(Number) } });
      world.clock.advance(error?.retryAfterMs ?? 0);
      waitedMs += HOUR_MS + (error?.retryAfterMs ?? 0);
    }
    expect(world.sends().length - before).toBeLessThan(10);
    expect((await world.store.connection("owner", world.connectionId))?.status).toBe("active");
    fault.remove();
    world.clock.advance(HOUR_MS);
    expect(await world.run()).toMatchObject({ status: "succeeded", cursorAfter: { known: { refusedSinceMs: null } } });
  },
);

test.each(["SendRequest", "GetStatement"] as const)(
  "codes: 1020 of %s for more than a day asks a person",
  async (step) => {
    await using world = await aFlexWorld({ simulator: { entries } });
    expect((await world.run()).error).toBeNull();
    world.simulator.inject({ kind: "error", code: "1020", step, times: 100 });
    for (const afterMs of [HOUR_MS, 20 * HOUR_MS]) {
      world.clock.advance(afterMs);
      expect((await world.run()).error).toMatchObject({ code: "BROKER_ERROR" });
    }
    world.clock.advance(5 * HOUR_MS);
    expect((await world.run()).error).toMatchObject({ code: "OPTION_INVALID" });
    expect((await world.store.connection("owner", world.connectionId))?.status).toBe("error");
  },
);
