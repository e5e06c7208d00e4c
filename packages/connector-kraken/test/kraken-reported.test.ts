import { type Instant, instantFromUnixMs } from "@fillbook/core";
import type { RunMode } from "@fillbook/core/connector";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { startMs } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { manyTrades } from "./support/made-trades.ts";

const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger"];
const second = (ms: number): Instant => instantFromUnixMs(Math.floor(ms / 1000) * 1000);

// Kraken changes a fill under its id: which of both reports counts must not be a matter of chance.
describe.each<[string, RunMode, readonly string[], startSeconds: number]>([
  ["the next run", "manual", permissions, startMs / 1000 - 600],
  ["a backfill by pages", "backfill", permissions, 1_700_000_000],
  ["a backfill by an export", "backfill", [...permissions, "export-data"], 1_700_000_000],
])("60 fills that Kraken changed, read by %s", (_name, mode, rights, startSeconds) => {
  test("count at their new prices, and each is a conflict for a person", async () => {
    const timed = (number: number) => ({ time: `${startSeconds + number}.5123456` });
    await using world = await aWorld({
      keys: [{ permissions: rights }],
      trades: manyTrades(60, timed),
      exportMs: 5_000,
    });
    await world.run();
    const firstMs = world.clock.now();
    for (const { txid } of manyTrades(60))
      world.simulator.changeTrade(txid, { price: "30011.00000", cost: "600.22000" });
    world.clock.advance(600_000);
    const changedMs = world.clock.now();
    expect(ranReport(await world.run({ mode })).stats).toMatchObject({ conflicts: 60, inserted: 0 });
    const counted = (await world.executions()).filter(({ canonical }) => canonical);
    expect(counted.filter(({ price }) => price === "30011")).toHaveLength(60);
    expect(await world.store.problemCounts("owner", {})).toMatchObject([{ kind: "conflict", count: 60 }]);
    for (const { canonical, firstReportedAt } of await world.executions()) {
      expect((firstReportedAt ?? "") > second(canonical ? changedMs - 1_000 : startMs - 1_000)).toBe(true);
      expect((firstReportedAt ?? "") <= second(canonical ? world.clock.now() : firstMs)).toBe(true);
    }
    world.clock.advance(600_000);
    expect(ranReport(await world.run({ mode })).stats).toMatchObject({ conflicts: 0, canonicalChanges: 0 });
  }, 60_000);
});

test("an export is as old as its making, however late it is read", async () => {
  const exportMs = 3_600_000;
  const keys = [{ permissions: [...permissions, "export-data"] }];
  await using world = await aWorld({ keys, trades: manyTrades(60), exportMs }, { exportWaitMs: 0 });
  await world.run({ mode: "backfill" });
  const page = new Set((await world.executions()).map(({ executionId }) => executionId));
  expect(page.size).toBe(50);
  world.clock.advance(5 * exportMs);
  await world.run({ mode: "backfill" });
  const made = world.requestsOf("AddExport").map(({ atMs }) => second(atMs + exportMs));
  const exported = (await world.executions()).filter(({ executionId }) => !page.has(executionId));
  expect(exported).toHaveLength(10);
  const moments = new Set(exported.map(({ firstReportedAt }) => firstReportedAt));
  expect([...moments]).toEqual([made.sort()[0]]);
});
