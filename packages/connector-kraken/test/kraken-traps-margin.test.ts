import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, startMs, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aTrade, tradeId } from "./support/made-trades.ts";

test("trap 21: a position that closes changes neither price nor fee of the fill that opened it, and is no conflict", async () => {
  const opening = aTrade(1, {
    ...{ time: `${startMs / 1000 - 600}.5`, posstatus: "open", leverage: "2", margin: "300.10000" },
    postxid: "TF5GVO-T7ZZ2-6NBKBI",
  });
  await using world = await aWorld({ trades: [opening] });
  await world.run();
  const before = await world.executions();
  expect(before).toMatchObject([{ price: "30010", fees: [{ amount: "0.9603", currency: "USD" }] }]);
  const closed = { cprice: "10058.00000", ccost: "201.16", cfee: "0.1", cvol: "0.02", cmargin: "1", net: "+12.5" };
  world.simulator.changeTrade(tradeId(1), { ...closed, posstatus: "closed", misc: "closing,foo" });
  const closing = aTrade(2, { time: `${startMs / 1000 + 60}.5`, type: "sell", misc: "closing", margin: "300.10000" });
  world.simulator.addTrades(closing);
  world.clock.advance(900_000);
  const report = ranReport(await world.run());
  expect(report.stats).toMatchObject({ inserted: 1, duplicates: 1, corrected: 0, conflicts: 0 });
  const after = await world.executions();
  expect(after.find(({ executionId }) => executionId === tradeId(1))).toEqual(before[0]);
});

test("trap 53: a split of a tokenized share is no correction of its fills, and the units are stored", async () => {
  const fill = aTrade(1, { time: `${startMs / 1000 - 600}.5`, pair: "AAPLxUSD", price: "300.00000", cost: "6.00000" });
  await using world = await aWorld({ trades: [fill] });
  await world.run();
  world.simulator.setMultiplier("AAPLxUSD", "10");
  world.clock.advance(900_000);
  const report = ranReport(await world.run());
  expect(report.stats).toMatchObject({ duplicates: 1, corrected: 0, conflicts: 0 });
  expect(await world.executions()).toMatchObject([{ quantity: "0.02", price: "300", instrument: { kind: "stock" } }]);
  const asked = world.simulator.requests.filter(({ path }) => /TradesHistory|Ledgers/.test(path));
  expect(new Set(asked.map(({ parameters }) => parameters.rebase_multiplier))).toEqual(new Set(["base"]));
  const clock = testClock();
  await using other = await startKrakenSimulator({ clock, trades: [fill] });
  const drive = driveKraken(other, { clock, settings: tradesOnly });
  await drive.run();
  expect(drive.contexts[0]).toMatchObject({ rebase: "base" });
});

test.each([
  ["XICNXXBT", "delisted in 2019", { symbol: "ICN/BTC", base: "ICN", currency: "BTC" }],
  ["XXBTZEUR.d", "of a dark pool", { symbol: "BTC/EUR", base: "BTC", currency: "EUR" }],
  ["%$#%", "unknown", { symbol: "%$#%", base: null, currency: null, kind: "other" }],
])("trap 23: a fill of %s, a pair %s, is imported", async (pair, _why, instrument) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { pair })] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.get(tradeId(1))?.instrument).toMatchObject({ ...instrument, rawSymbol: pair });
  const keys = drive.diagnostics.map(({ key }) => key).filter((key) => key.startsWith("pair:"));
  expect(keys).toEqual(instrument.base === null ? [`pair:${pair}`] : []);
});

test.each([
  ["AAPLSPVUSD", "AAPLSPV/USD"],
  ["AAPLxUSD", "AAPLx/USD"],
])("trap 25: of two tokenized pairs with one altname %s is found by its key", async (pair, symbol) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { pair })] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.get(tradeId(1))?.instrument).toMatchObject({ symbol, kind: "stock" });
});

test.each(["XBT/USD", "XBTUSD", "XXBTZUSD", "BTC/USD"])("trap 26: the pair written as %s is BTC/USD", async (pair) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { pair })] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.get(tradeId(1))?.instrument).toMatchObject({ symbol: "BTC/USD", rawSymbol: pair });
});
