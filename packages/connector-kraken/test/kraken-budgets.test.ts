import { generateTrades } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import type { KrakenCursor } from "../src/kraken-cursor.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aGroup } from "./support/made-ledgers.ts";
import { aTrade, tradeId } from "./support/made-trades.ts";

// Goal: a backfill ends whatever its budget is, as long as one call of Kraken's fits into it. Method: a key at tier starter without the
// right to exports, whose counter is full, run again and again without a pause; a page costs 2 or 4 points, which is 6 or 12 seconds.

const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"];

/** App purchases so dense that the ledger beside a page of trades is long. */
const purchases = (count: number) =>
  Array.from({ length: count }, (_, number) =>
    aGroup(
      number,
      `BUY${number}`,
      { type: "spend", asset: "ZEUR", amount: "-30.0000" },
      { type: "receive", asset: "XXBT", amount: "0.0010000000" },
    ).map((entry, place) => ({ ...entry, time: `${1_710_000_000 + number * 600}.${1000 + place}` })),
  ).flat();

const budgets = [
  [2, 7, 0],
  [2, 15, 0],
  [2, 20, 200],
  [4, 13, 0],
  [4, 30, 0],
  [4, 50, 200],
] as const;

test.each(budgets)(
  "at %i points a page, a budget of %i s moves the cursor each time and the backfill ends, beside %i purchases",
  async (historyCost, seconds, bought) => {
    const trades = generateTrades({ count: 130, seed: 3 });
    await using world = await aWorld({ keys: [{ permissions }], trades, historyCost, ledgers: purchases(bought) });
    await world.run();
    const imported = await world.executions();
    expect(imported).toHaveLength(130 + bought);
    world.clock.advance(30 * 86_400_000);
    const late = aTrade(501, { time: "1704100000.5" });
    world.simulator.addTrades(late);
    const called = world.simulator.requests.length;
    let rounds = 0;
    for (let more = true; more; rounds += 1) {
      expect(rounds).toBeLessThan(100);
      const report = ranReport(await world.run({ mode: "backfill", budget: { ms: seconds * 1000 } }));
      ({ more } = report);
      if (more) expect(report.cursorAfter).not.toEqual(report.cursorBefore);
      expect(report.error).toBeNull();
    }
    const executions = await world.executions();
    expect(executions).toHaveLength(131 + bought);
    expect(executions.find(({ executionId }) => executionId === tradeId(501))?.fees).toMatchObject([
      { currency: "USD" },
    ]);
    expect(executions.filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
    expect(await world.problems()).toEqual([]);
    // A call is not made twice for being cut, but for a look at what is new once a minute.
    expect(world.simulator.requests.length - called).toBeLessThan(60 + bought / 3);
  },
  60_000,
);

test("new fills of a minute ago come before a backfill whose runs have room for one page", async () => {
  await using world = await aWorld({ keys: [{ permissions }], trades: generateTrades({ count: 1_000, seed: 3 }) });
  await world.run();
  world.clock.advance(30 * 86_400_000);
  for (let round = 0; round < 6; round += 1) {
    world.simulator.addTrades(aTrade(600 + round, { time: `${world.clock.now() / 1000}` }));
    world.clock.advance(90_000);
    await world.run({ mode: "backfill", budget: { ms: 25_000 } });
    const ids = (await world.executions()).map(({ executionId }) => executionId);
    expect(ids).toContain(tradeId(600 + round));
  }
}, 60_000);

test("a run without a budget goes on with what a cut one was answered, looks for what is new, and forgets it", async () => {
  await using world = await aWorld({ keys: [{ permissions }], trades: generateTrades({ count: 130, seed: 3 }) });
  await world.run();
  world.clock.advance(30 * 86_400_000);
  let cut: KrakenCursor | null = null;
  while (cut?.answers === undefined) {
    const report = ranReport(await world.run({ mode: "backfill", budget: { ms: 7_000 } }));
    // The connector's own cursor, as the store gives it back.
    cut = report.cursorAfter as KrakenCursor;
  }
  expect(JSON.stringify(cut).length).toBeLessThan(40_000);
  world.simulator.addTrades(aTrade(700, { time: `${world.clock.now() / 1000}` }));
  world.clock.advance(30_000);
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "succeeded", stats: { inserted: 1 } });
  expect(report.cursorAfter).not.toHaveProperty("answers");
});
