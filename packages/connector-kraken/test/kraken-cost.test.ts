import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, memoryState, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { manyTrades } from "./support/made-trades.ts";

// LONG_TESTS=1 is the long run of `.ci/run`.
const runsBesideOthers = process.env.LONG_TESTS === "1" ? 40 : 10;
const limited = "EAPI:Rate limit exceeded";

/** A key on a server where a page costs 2 or 4, and how its connectors fare. */
async function aKey(historyCost: number) {
  const clock = testClock();
  const state = memoryState();
  const simulator = await startKrakenSimulator({ clock, trades: manyTrades(900), historyCost });
  return {
    ...{ clock, state, simulator },
    drive: (policy = {}) => driveKraken(simulator, { clock, state, policy, settings: tradesOnly }),
    refused: () => simulator.requests.filter(({ outcome }) => outcome !== "ok").length,
    isLearned: () => [...state.stored.keys()].some((key) => key.endsWith(":cost")),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

test.each([1, 2])(
  "cost: a page at %i points that Kraken refuses is learned from one refusal, for all workers",
  async (cost) => {
    await using key = await aKey(4);
    await key.drive({ historyCost: cost }).run();
    expect(key.refused()).toBe(1);
    key.clock.advance(60_000);
    await key.drive({ historyCost: cost }).run();
    expect(key.refused()).toBe(1);
  },
);

test("cost: two workers that begin at once learn it together", async () => {
  await using key = await aKey(4);
  const drives = [key.drive(), key.drive()];
  await Promise.all(drives.map((drive) => drive.run()));
  expect(drives.map(({ executions }) => executions.size)).toEqual([900, 900]);
  expect(key.refused()).toBe(1);
});

test("cost: where a page costs 2 nothing is refused and nothing is learned", async () => {
  await using key = await aKey(2);
  await key.drive().run();
  expect([key.refused(), key.isLearned()]).toEqual([0, false]);
});

test("cost: a refusal that another program caused makes room for it", async () => {
  await using key = await aKey(2);
  key.simulator.inject({ kind: "error", errors: [limited] });
  const drive = key.drive();
  await drive.run();
  expect([drive.executions.size, key.isLearned()]).toEqual([900, true]);
});

test("cost: a server whose counter fills slowly beside ours is refused once", async () => {
  await using key = await aKey(4);
  for (let run = 0; run < runsBesideOthers; run += 1) {
    await key.drive().run();
    key.clock.advance(10_000);
  }
  expect(key.refused()).toBe(1);
});

test("cost: other limits say nothing of the price", async () => {
  await using key = await aKey(2);
  key.simulator.inject({ kind: "error", errors: ["EService:Throttled"], times: 3 });
  await key.drive().run();
  expect(key.isLearned()).toBe(false);
});

test("cost: what was learned is tried again after a month", async () => {
  await using key = await aKey(4);
  await key.drive().run();
  key.clock.advance(29 * 86_400_000);
  const again = key.drive();
  await again.run();
  expect(key.refused()).toBe(1);
  key.clock.advance(2 * 86_400_000);
  await key.drive().run();
  expect(key.refused()).toBe(2);
});
