import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { startMs } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const readingKey = { permissions: ["query-funds", "query-open-trades", "query-closed-trades"] };

test("a fee that becomes visible two runs later completes the fill without a conflict", async () => {
  const late = aTrade(1, { time: `${startMs / 1000 - 60}.5`, legs: [] });
  await using world = await aWorld({ trades: [late] });
  await world.run();
  world.clock.advance(900_000);
  await world.run();
  expect((await world.store.trades("owner", {})).items).toMatchObject([
    { fees: [{ amount: "0.96032", currency: "USD", estimated: true }] },
  ]);
  const { legs: _none, ...shown } = late;
  world.simulator.removeTrade(late.txid);
  world.simulator.addTrades(shown);
  world.clock.advance(900_000);
  const report = ranReport(await world.run());
  expect(report.stats).toMatchObject({ conflicts: 0, inserted: 0 });
  expect((await world.store.trades("owner", {})).items).toMatchObject([
    { quantity: "0.02", executionCount: 1, fees: [{ amount: "0.9603", currency: "USD" }] },
  ]);
  const counted = (await world.executions()).filter(({ canonical }) => canonical);
  expect(counted).toMatchObject([{ executionId: tradeId(1), fees: [{ amount: "0.9603", currency: "USD" }] }]);
  // Told again without its ledger, the fill keeps what is known.
  world.simulator.changeTrade(late.txid, { legs: [] });
  world.clock.advance(900_000);
  await world.run();
  expect((await world.store.trades("owner", {})).items).toMatchObject([
    { fees: [{ amount: "0.9603", currency: "USD" }] },
  ]);
  expect(await world.problems()).toEqual([]);
});

test("trap 16: without the right to the ledger fills are imported with estimates, and one problem names the right", async () => {
  await using world = await aWorld({ keys: [readingKey], trades: manyTrades(120) });
  expect(ranReport(await world.run())).toMatchObject({ status: "succeeded", stats: { inserted: 120 } });
  world.clock.advance(900_000);
  await world.run({ mode: "scheduled" });
  const problems = await world.problems();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toContain("query-ledger");
  const executions = await world.executions();
  expect(executions.every(({ fees }) => fees?.every(({ estimated }) => estimated))).toBe(true);
  // Once in the first run, and not again in the next hours.
  expect(world.refused()).toHaveLength(1);
});

test("trap 38: the right to trades is another: without it nothing is imported, and it is named", async () => {
  await using world = await aWorld({ keys: [{ permissions: ["query-ledger"] }], trades: manyTrades(3) });
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "blocked_reauth", error: { code: "PERMISSION_DENIED" } });
  expect(report.error?.message).toContain("query-closed-trades");
});

test("a ledger that fails for good keeps no fill back, and the run says so", async () => {
  await using world = await aWorld({ trades: manyTrades(120) });
  const fault = world.simulator.inject({
    ...{ kind: "http", status: 502, path: "Ledgers", times: Number.POSITIVE_INFINITY },
  });
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "partial", stats: { inserted: 120 }, error: { code: "BROKER_UNAVAILABLE" } });
  expect(fault.fired).toBeLessThanOrEqual(5);
  fault.remove();
});
