import { generateFills } from "@fillbook/connector-ibkr/simulator";
import { expect, test } from "vitest";
import { stateOf } from "../../testkit/src/suite/play.ts";
import { aFlexWorld, DAY_MS, HOUR_MS } from "./support/ibkr-flex-world.ts";

const entries = [
  ...generateFills({ count: 60, seed: 5, days: 10, fromDay: "2026-02-02", bookingEvery: 0, comboEvery: 0 }),
];

test("phases: the reference is stored before the first look at the statement", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  const cursors: unknown[] = [];
  const store: typeof world.store = {
    ...world.store,
    commit: async (batch, options) => {
      cursors.push([batch.run?.cursor, world.steps().length]);
      return world.store.commit(batch, options);
    },
  };
  expect((await world.run({ store })).error).toBeNull();
  expect(cursors[0]).toMatchObject([{ pending: { reference: expect.stringMatching(/^\d+$/), rows: 0 } }, 1]);
  expect(cursors.at(-1)).toMatchObject([{ pending: null }, 2]);
});

test("phases: after a crash behind SendRequest the same statement is fetched, without a new request", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  const killed = await world.run({ budget: { pages: 1 } });
  expect([killed.more, world.steps()]).toEqual([true, ["SendRequest"]]);
  world.clock.advance(HOUR_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 60 } });
  expect(world.steps()).toEqual(["SendRequest", "GetStatement"]);
});

test("phases: 1019 for hours ends each run in time, and no run asks anew", async () => {
  await using world = await aFlexWorld({ simulator: { entries, generationMs: 5 * HOUR_MS } });
  for (let hour = 0; hour < 5; hour += 1) {
    const report = await world.run();
    expect(report.error).toMatchObject({ code: "BROKER_UNAVAILABLE", recovery: "retry", retryAfterMs: 900_000 });
    world.clock.advance(HOUR_MS);
  }
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 60 } });
  expect(world.sends()).toHaveLength(1);
  expect(world.simulator.refusals).toEqual({ "1019": expect.any(Number) });
});

test("phases: a statement that is not there after a day is asked for anew", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "in-progress", forMs: 26 * HOUR_MS });
  await world.run();
  world.clock.advance(25 * HOUR_MS);
  await world.run();
  expect(world.sends()).toHaveLength(2);
  world.clock.advance(2 * HOUR_MS);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 60 } });
});

test("phases: polls follow the plan and stay within ten a minute", async () => {
  await using world = await aFlexWorld({ simulator: { entries, generationMs: 120_000 } });
  expect((await world.run()).error).toBeNull();
  const times = world.simulator.requests.map(({ atMs }) => atMs);
  const waits = times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1000));
  expect(waits).toEqual([7, 10, 15, 20, 30, 30, 30]);
  expect(world.simulator.refusals["1018"]).toBeUndefined();
});

test("phases: a budget of time ends a wait, and the next run goes on with the same statement", async () => {
  await using world = await aFlexWorld({ simulator: { entries, generationMs: 60_000 } });
  expect(await world.run({ budget: { ms: 20_000 } })).toMatchObject({ more: true, error: null });
  world.clock.advance(60_000);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 60 } });
  expect(world.sends()).toHaveLength(1);
});

test("phases: a run that dies in the midst of a statement leaves what it stored, and the next one stores the rest", async () => {
  await using whole = await aFlexWorld({ simulator: { entries }, policy: { pageRecords: 10 } });
  await whole.run();
  await using world = await aFlexWorld({ simulator: { entries }, policy: { pageRecords: 10 } });
  const killed = await world.run({ budget: { pages: 3 } });
  expect(killed.cursorAfter).toMatchObject({ pending: { rows: 20 }, coverage: { covered: [] } });
  const next = await world.run();
  expect(next).toMatchObject({ status: "succeeded", stats: { duplicates: 0 } });
  expect(world.sends()).toHaveLength(1);
  expect(await stateOf(world.store)).toEqual(await stateOf(whole.store));
});

test("phases: a statement that reads otherwise the second time is read from its beginning", async () => {
  await using world = await aFlexWorld({ simulator: { entries }, policy: { pageRecords: 10 } });
  await world.run({ budget: { pages: 3 } });
  const swap = (body: string) => body.replace(/(<Trade [^>]*\/>)\s*(<Trade [^>]*\/>)/, "$2$1");
  world.simulator.inject({ kind: "transform", transform: swap, step: "GetStatement", times: 2 });
  const next = await world.run();
  expect(next).toMatchObject({ status: "succeeded", stats: { duplicates: 20, conflicts: 0 } });
  expect((await world.executions()).length).toBe(killedAndRest(next.stats.inserted));
});

const killedAndRest = (inserted: number) => 20 + inserted + (entries.filter(({ kind }) => kind === "fill").length - 60);

test.each(["truncated", "reset"] as const)(
  "phases: a %s statement is no success, claims no day, and is read again",
  async (kind) => {
    await using world = await aFlexWorld({ simulator: { entries }, policy: { pageRecords: 10 } });
    world.simulator.inject({ kind, step: "GetStatement", times: 1 });
    const report = await world.run();
    expect(report).toMatchObject({ status: "partial", error: { recovery: "retry" } });
    expect(report.cursorAfter).toMatchObject({ coverage: { covered: [] }, pending: { reference: expect.any(String) } });
    world.clock.advance(60_000);
    expect(await world.run()).toMatchObject({ status: "succeeded", cursorAfter: { pending: null } });
    expect(world.sends()).toHaveLength(1);
    await using whole = await aFlexWorld({ simulator: { entries } });
    await whole.run();
    expect(await stateOf(world.store)).toEqual(await stateOf(whole.store));
  },
);

test("phases: a document that is broken each time is asked for anew by the fourth run", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  world.simulator.inject({ kind: "truncated", step: "GetStatement", times: 3 });
  for (let run = 0; run < 3; run += 1) {
    expect((await world.run()).error).toMatchObject({ code: "PROTOCOL" });
    world.clock.advance(900_000);
  }
  expect(world.sends()).toHaveLength(1);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 60 } });
  expect(world.sends()).toHaveLength(2);
});

test("phases: scheduled runs within five minutes ask for nothing new, a person's run does", async () => {
  await using world = await aFlexWorld({ simulator: { entries } });
  await world.run();
  world.clock.advance(60_000);
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { pages: 0 } });
  expect(world.sends()).toHaveLength(1);
  await world.run({ mode: "manual" });
  expect(world.sends()).toHaveLength(2);
  world.clock.advance(DAY_MS);
  await world.run();
  expect(world.sends()).toHaveLength(3);
});
