import { type FlexQueryOptions, generateFills } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { stateOf } from "../../testkit/src/suite/play.ts";
import { aFlexWorld, DAY_MS, testClock } from "./support/ibkr-flex-world.ts";

const entries = [...generateFills({ count: 80, seed: 6, days: 20, fromDay: "2026-01-26", bookingEvery: 0 })];

async function stateWith(options: Partial<FlexQueryOptions>): Promise<unknown> {
  await using world = await aFlexWorld({ simulator: { entries, queries: [{ type: "AF", ...options }] } });
  expect(await world.run()).toMatchObject({ status: "succeeded", error: null });
  const state = JSON.stringify(await stateOf(world.store));
  return JSON.parse(state.replace(/"raw":\{[^}]*\},?/g, ""));
}

test.each<[string, Partial<FlexQueryOptions>]>([
  ["breakout by day", { breakoutByDay: true }],
  ["other levels", { levels: ["EXECUTION", "ORDER", "SYMBOL_SUMMARY", "CLOSED_LOT", "WASH_SALE"] }],
  ["other sections", { otherSections: true }],
  ["newest first", { rowOrder: "newest-first" }],
  ["single quotes", { quote: "'" }],
  [
    "dashes and zone",
    {
      time: { date: "yyyy-MM-dd", time: "HH:mm:ss", separator: ";", zone: "name" },
    },
  ],
])("query: with %s the book is the same", async (_name, options) => {
  expect(await stateWith(options)).toEqual(await stateWith({}));
});

test("query: a statement in CSV asks for the query to be mended, and the next one is made anew", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "csv", step: "GetStatement", times: 1 });
  const report = await world.run();
  expect(report.error).toMatchObject({ code: "FEATURE_UNAVAILABLE", message: expect.stringContaining("CSV") });
  expect((await world.store.connection("owner", world.connectionId))?.status).toBe("error");
  expect(await world.run({ mode: "manual" })).toMatchObject({ status: "succeeded" });
  expect(world.steps().filter((step) => step === "SendRequest")).toHaveLength(2);
});

test("query: a consolidated statement's copies are no fills", async () => {
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  const queries = [{ type: "AF", consolidated: true }] as const;
  await using world = await aFlexWorld({ simulator: { entries, accounts, queries } });
  const report = await world.run();
  expect(report.error).toBeNull();
  await using plain = await aFlexWorld({ simulator: { entries } });
  await plain.run();
  expect((await world.executions()).length).toBe((await plain.executions()).length);
});

test("query: a statement without a section of trades claims no day before any fill was seen", async () => {
  const queries = [{ type: "AF", empty: "absent" }] as const;
  await using world = await aFlexWorld({ simulator: { queries } });
  expect(await world.run()).toMatchObject({ status: "succeeded", cursorAfter: { coverage: { covered: [] } } });
  world.simulator.addEntries(...entries);
  world.clock.advance(DAY_MS);
  expect((await world.run()).cursorAfter).toMatchObject({ coverage: { covered: [{ to: "2026-03-02" }] } });
});

test("query: confirmations are there on the day itself, and what came after the last look on the day after", async () => {
  const clock = testClock(Date.UTC(2026, 1, 10, 17));
  const queries = [{ type: "TCF" }] as const;
  await using world = await aFlexWorld({ clock, simulator: { entries, queries } });
  let runs = 0;
  for (let hour = 0; hour < 24 * 4; hour += 5) {
    expect((await world.run()).error).toBeNull();
    clock.advance(5 * 3_600_000);
    runs += 1;
  }
  const stored = new Set((await world.executions()).map(({ executionId }) => executionId));
  const until = Date.UTC(2026, 1, 13, 12);
  const wanted = entries.flatMap((entry) => {
    if (entry.kind !== "fill" || entry.instrument.kind === "combo" || entry.execId === null) return [];
    return entry.bookedAtMs >= Date.UTC(2026, 1, 10, 6) && entry.bookedAtMs < until ? [entry.execId] : [];
  });
  expect(wanted.length).toBeGreaterThan(5);
  expect(wanted.filter((id) => !stored.has(id))).toEqual([]);
  expect(runs).toBeGreaterThan(10);
});
