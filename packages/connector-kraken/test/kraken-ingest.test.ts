import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { startMs } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

test("trap 41: a page that fails for good keeps the earlier pages, and the next run completes", async () => {
  await using world = await aWorld({ trades: manyTrades(230) });
  const fault = world.simulator.inject({
    kind: "http",
    status: 502,
    afterRequests: 2,
    times: Number.POSITIVE_INFINITY,
  });
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "partial", more: false, health: "degraded", error: { recovery: "retry" } });
  expect(report.stats.pages).toBe(2);
  const early = await world.executions();
  expect(early.length).toBeGreaterThan(90);
  expect(early.length).toBeLessThan(230);
  fault.remove();
  world.clock.advance(3_600_000);
  const next = ranReport(await world.run());
  expect(next).toMatchObject({ status: "succeeded", error: null, cursorBefore: report.cursorAfter });
  const ids = (await world.executions()).map(({ executionId }) => executionId);
  expect([ids.length, new Set(ids).size]).toEqual([230, 230]);
  expect(next.stats.inserted).toBe(230 - early.length);
  expect((await world.store.connection("owner", world.connectionId))?.health).toBe("ok");
}, 30_000);

// LONG_TESTS=1 is the long run of `.ci/run`.
const count = process.env.LONG_TESTS === "1" ? 10_050 : 2_050;

test(`trap 42: ${count} trades are all imported, and the limit is overstepped once to learn it`, async () => {
  await using world = await aWorld({ trades: manyTrades(count), historyCost: 4 });
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "succeeded", error: null, more: false });
  expect(report.stats).toMatchObject({ inserted: count, conflicts: 0, rejected: 0 });
  expect(new Set((await world.executions()).map(({ executionId }) => executionId)).size).toBe(count);
  expect(world.refused()).toMatchObject([{ outcome: "EAPI:Rate limit exceeded" }]);
}, 30_000);

test("trap 21: a margin row whose position closes later is no conflict and no other fill", async () => {
  const opening = aTrade(1, { posstatus: "open", leverage: "2", margin: "300.10000", postxid: "TF5GVO-T7ZZ2-6NBKBI" });
  await using world = await aWorld({ trades: [opening] });
  await world.run();
  const before = (await world.executions()).map(({ raw: _raw, ...facts }) => facts);
  const closed = { cprice: "10058.00000", ccost: "201.16", cfee: "0.1", cvol: "0.02", cmargin: "1", net: "+12.5" };
  world.simulator.changeTrade(tradeId(1), { ...closed, posstatus: "closed", trades: ["TBBBBB-BBBBB-BBBBBB"] });
  world.clock.advance(60_000);
  const again = ranReport(await world.run());
  expect(again).toMatchObject({ status: "succeeded", stats: { inserted: 0, conflicts: 0, corrected: 0, updated: 0 } });
  expect((await world.executions()).map(({ raw: _raw, ...facts }) => facts)).toEqual(before);
  expect(await world.problems()).toEqual([]);
});

test("conflict: a price that changed at the broker is one conflict and one problem, however often it is read", async () => {
  const recent = `${startMs / 1000 - 600}.5`;
  await using world = await aWorld({ trades: [aTrade(1, { time: recent }), aTrade(2, { time: recent })] });
  await world.run();
  world.simulator.changeTrade(tradeId(1), { price: "30011.00000", cost: "600.22000" });
  world.clock.advance(60_000);
  const report = ranReport(await world.run());
  expect(report.stats).toMatchObject({ conflicts: 1, inserted: 0, duplicates: 1 });
  world.clock.advance(60_000);
  expect(ranReport(await world.run()).stats).toMatchObject({ conflicts: 0, duplicates: 2 });
  const problems = await world.problems();
  expect(problems).toMatchObject([{ kind: "conflict", severity: "error" }]);
  const counted = (await world.executions()).filter(({ canonical }) => canonical);
  expect(counted.map(({ executionId }) => executionId).sort()).toEqual([tradeId(1), tradeId(2)]);
});

test("trap 48: another consolidateTaker is refused before any request, and nothing counts twice", async () => {
  const parts = [1, 2, 3].map((number) => aTrade(number, { taker: "sweep", ordertxid: "OAAAAA-AAAAA-SWEEP1" }));
  await using world = await aWorld({ trades: parts });
  await world.run();
  const [trade] = (await world.store.trades("owner", {})).items;
  expect(trade?.quantity).toBe("0.06");
  const requests = world.simulator.requests.length;
  // The same connection as it is after somebody edited its settings.
  const flipped = {
    ...world.store,
    beginRun: async (request: Parameters<typeof world.store.beginRun>[0]) => {
      const start = await world.store.beginRun(request);
      if (start.kind !== "started") return start;
      return { ...start, connection: { ...start.connection, settings: { consolidateTaker: false } } };
    },
  };
  const report = ranReport(await world.run({ store: flipped }));
  expect(report).toMatchObject({ status: "failed", error: { code: "OPTION_INVALID" } });
  expect(report.error?.message).toContain("consolidateTaker");
  expect((await world.store.connection("owner", world.connectionId))?.status).toBe("error");
  expect(world.simulator.requests).toHaveLength(requests);
  expect((await world.store.trades("owner", {})).items).toMatchObject([{ quantity: "0.06", executionCount: 1 }]);
});

test("trap 32: two workers of two connections with one key take turns, and each fill is stored once", async () => {
  await using world = await aWorld({ trades: manyTrades(300) });
  const second = await world.connect();
  const reports = await Promise.all([world.run(), world.run({ connectionId: second })]);
  expect(reports).toMatchObject([
    { status: "succeeded", error: null },
    { status: "succeeded", error: null },
  ]);
  expect(world.refused()).toEqual([]);
  const nonces = world.simulator.requests.flatMap(({ nonce }) => (nonce === null ? [] : [BigInt(nonce)]));
  expect(nonces.every((nonce, index) => index === 0 || nonce > (nonces[index - 1] ?? nonce))).toBe(true);
  expect(await world.executions()).toHaveLength(300);
  const inserted = reports.map((report) => ranReport(report).stats.inserted);
  expect(inserted.reduce((sum, count) => sum + count, 0)).toBe(300);
}, 30_000);

test("trap 32: of two workers on one connection one is refused the lease and asks the broker nothing", async () => {
  await using world = await aWorld({ trades: manyTrades(120) });
  const reports = await Promise.all([world.run(), world.run()]);
  expect(reports.map(({ status }) => status).sort()).toEqual(["skipped", "succeeded"]);
  expect(world.refused()).toEqual([]);
  expect(await world.executions()).toHaveLength(120);
}, 30_000);

test.each([
  ["EAPI:Invalid key", "blocked_reauth", "CREDENTIALS_INVALID", "needs_reauth"],
  ["EGeneral:Permission denied", "blocked_reauth", "PERMISSION_DENIED", "needs_reauth"],
] as const)("trap 37: %s ends the job as %s after one request", async (error, status, code, connection) => {
  await using world = await aWorld({ trades: manyTrades(3) });
  world.simulator.inject({ kind: "error", errors: [error], times: Number.POSITIVE_INFINITY });
  expect(ranReport(await world.run())).toMatchObject({ status, error: { code, recovery: "reauthenticate" } });
  expect(world.simulator.requests).toHaveLength(1);
  expect((await world.store.connection("owner", world.connectionId))?.status).toBe(connection);
});

test("trap 40: maintenance is told as such, waits, and leaves the cursor where it was", async () => {
  await using world = await aWorld({ trades: manyTrades(3) });
  world.simulator.setSystemStatus("maintenance");
  const report = ranReport(await world.run());
  expect(report).toMatchObject({ status: "failed", health: "maintenance_window", cursorAfter: null });
  expect(report.error).toMatchObject({ code: "MAINTENANCE", recovery: "wait" });
  world.simulator.setSystemStatus("online");
  world.clock.advance(3_600_000);
  expect(ranReport(await world.run())).toMatchObject({ status: "succeeded", stats: { inserted: 3 } });
});
