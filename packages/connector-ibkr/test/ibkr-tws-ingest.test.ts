import { generateFills, simulatedInstruments } from "@fillbook/connector-ibkr/simulator";
import { type IngestOptions, instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { expectSameBook } from "./support/ibkr-flex-oracle.ts";
import { DAY_MS, HOUR_MS, testClock } from "./support/ibkr-flex-world.ts";
import { aTwsWorld, twsStartMs } from "./support/ibkr-tws-world.ts";
import { expectRereadAfterUndo } from "./support/reread-after-undo.ts";

const quiet = { cancelEvery: 0, rebookEvery: 0, correctEvery: 0, bookingEvery: 0, comboEvery: 0 };
const day = [...generateFills({ count: 60, seed: 4, days: 1, fromDay: "2026-03-02", ...quiet })].filter(
  (entry) =>
    entry.kind === "fill" && entry.execId !== null && entry.atMs >= Date.UTC(2026, 2, 2, 5) && entry.atMs < twsStartMs,
);

test("import: the fills of a day are stored once, and a repeated run reads them and yields nothing", async () => {
  await using world = await aTwsWorld({ simulator: { entries: day } });
  expect(await world.run()).toMatchObject({
    ...{ status: "succeeded", error: null },
    stats: { inserted: day.length, rejected: 0 },
  });
  world.clock.advance(900_000);
  expect((await world.run()).stats).toMatchObject({ pages: 1, fetched: 0 });
  expect((await world.run({ mode: "manual" })).stats).toMatchObject({ fetched: 0 });
  await world.closed();
  expect(world.tws.connected).toBe(3);
});

test.each<Partial<IngestOptions>>([{ mode: "backfill" }, { window: { from: instant("2026-03-02T00:00:00Z") } }])(
  "import: what an undo took away is back after %j, in runs of one page as well, and no later run brings it",
  async (asked) => {
    await using world = await aTwsWorld({ simulator: { entries: day }, policy: { pageRecords: 7 } });
    await expectRereadAfterUndo(world, { asked, fills: day.length, betweenMs: 60_000 });
  },
);

test("import: an execution is what the documents say, with the commission of another message", async () => {
  await using world = await aTwsWorld();
  const order = { permanentId: "7", clientOrderId: "12", clientId: "71", reference: "plan 4" };
  const facts = { instrument: simulatedInstruments.qqq, side: "buy", quantity: "5", price: "590.25" } as const;
  world.simulator.addFills({ ...facts, order, commission: "1.01", execId: "0000e0d5.69dd7411.01.01" });
  await world.run();
  expect(await world.canonical()).toMatchObject([
    {
      ...{ broker: "ibkr", account: "U1234567", familyId: "0000e0d5.69dd7411.01", revision: 1 },
      ...{ executionId: "0000e0d5.69dd7411.01.01", executedAt: "2026-03-02T18:00:00.000000Z" },
      instrument: {
        ...{ symbol: "QQQ", rawSymbol: "QQQ", kind: "stock", currency: "USD", base: null },
        ...{ exchange: "NASDAQ", conid: "320227571", multiplier: null },
      },
      ...{ side: "buy", quantity: "5", price: "590.25", feeBasis: "fill", liquidity: "taker" },
      fees: [{ amount: "1.01", currency: "USD" }],
      order: { permanentId: null, reference: "plan 4", clientId: "tws", orderId: "1000000007" },
      source: { connector: "ibkr-tws", authority: 1 },
    },
  ]);
});

test.each([
  { keepsRevisions: true, keepsBusted: true },
  { keepsRevisions: false, keepsBusted: false },
])("oracle: a week, live every three hours and by statement every day, is the book of the model (%j)", async (tws) => {
  const events = { cancelEvery: 13, rebookEvery: 7, correctEvery: 0, bookingEvery: 3, comboEvery: 9 };
  const entries = [...generateFills({ count: 80, seed: 31, days: 5, fromDay: "2026-03-02", ...events })];
  const startMs = Date.UTC(2026, 2, 2, 21);
  const clock = testClock(startMs);
  await using world = await aTwsWorld({ clock, tws, simulator: { entries } });
  const flexId = await world.connectOther("ibkr-flex");
  for (let day = 0; day < 14; day += 1) {
    for (let sync = 0; sync < 4; sync += 1) {
      expect((await world.run()).error).toBeNull();
      clock.advance(3 * HOUR_MS);
    }
    expect((await world.run({ connectionId: flexId })).error).toBeNull();
    clock.advance(DAY_MS - ((clock.now() - startMs) % DAY_MS));
  }
  expect((await world.executions()).some(({ source }) => source.connector === "ibkr-tws")).toBe(true);
  await expectSameBook(world);
  expect((await world.problems()).filter((problem) => problem.startsWith("conflict"))).toEqual([]);
});
