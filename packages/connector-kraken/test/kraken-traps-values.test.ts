import type { SimulatedTrade } from "@fillbook/connector-kraken/simulator";
import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { aTrade, tradeId } from "./support/made-trades.ts";

/** What TradesHistory alone says. */
async function imported(...trades: SimulatedTrade[]) {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock, settings: tradesOnly });
  await drive.run();
  return drive;
}

test("trap 8: two fills equal in everything but their id are both kept", async () => {
  const same = { ...aTrade(1), trade_id: 7 };
  const drive = await imported({ ...same, txid: tradeId(1) }, { ...same, txid: tradeId(2) });
  expect([...drive.executions.keys()]).toEqual(expect.arrayContaining([tradeId(1), tradeId(2)]));
});

test("trap 9: both sides of a trade with oneself are kept", async () => {
  const drive = await imported(aTrade(1, { trade_id: 7 }), aTrade(2, { trade_id: 7, type: "sell", maker: true }));
  expect([...drive.executions.values()].map(({ side }) => side).sort()).toEqual(["buy", "sell"]);
});

test("trap 10: one trade_id in two pairs is two fills", async () => {
  const drive = await imported(aTrade(1, { trade_id: 7 }), aTrade(2, { trade_id: 7, pair: "XETHZUSD" }));
  expect([...drive.executions.values()].map(({ instrument }) => instrument.symbol).sort()).toEqual([
    "BTC/USD",
    "ETH/USD",
  ]);
});

test.each([
  ["four decimals", "1688667796.8802", "2023-07-06T18:23:16.880200Z"],
  ["seven decimals", "1680777419.8115635", "2023-04-06T10:36:59.811563Z"],
  ["an integer", "1680777419", "2023-04-06T10:36:59.000000Z"],
  ["digits that a float loses", "1616667796.0001", "2021-03-25T10:23:16.000100Z"],
])("trap 11: a time of %s keeps its digits", async (_name, time, executedAt) => {
  const drive = await imported(aTrade(1, { time }));
  expect(drive.executions.get(tradeId(1))?.executedAt).toBe(executedAt);
  expect(drive.records).toEqual([expect.objectContaining({ time })]);
});

test("trap 11: a time that comes as text is read as well", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { time: "1458994442.064" })] });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({
    kind: "transform-text",
    transformText: (body) => body.replace(/"time":([\d.]+)/, '"time":"$1"'),
  });
  await drive.run();
  expect(fault.fired).toBe(1);
  expect(drive.executions.get(tradeId(1))?.executedAt).toBe("2016-03-26T12:14:02.064000Z");
});

test.each([
  ["0.00000", "0"],
  ["-0.01200", "-0.012"],
  ["0.05954", "0.05954"],
])("trap 12: a fee of %s is kept as %s, estimated", async (fee, amount) => {
  const drive = await imported(aTrade(1, { fee, maker: true }));
  expect(drive.executions.get(tradeId(1))).toMatchObject({
    fees: [{ amount, currency: "USD", estimated: true }],
    liquidity: "maker",
  });
});

test("trap 21: a margin row whose position closes later is the same execution", async () => {
  const clock = testClock();
  const opening = aTrade(1, { posstatus: "open", leverage: "2", margin: "300.10000", postxid: "TF5GVO-T7ZZ2-6NBKBI" });
  await using simulator = await startKrakenSimulator({ clock, trades: [opening] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  const before = drive.executions.get(tradeId(1));
  const closed = { cprice: "10058.00000", ccost: "201.16", cfee: "0.1", cvol: "0.02", cmargin: "1", net: "+12.5" };
  simulator.changeTrade(tradeId(1), { ...closed, posstatus: "closed", trades: ["TBBBBB-BBBBB-BBBBBB"] });
  clock.advance(60_000);
  const again = driveKraken(simulator, { clock });
  await again.run();
  expect(again.executions.get(tradeId(1))).toEqual(before);
  expect(again.records).toEqual([
    expect.objectContaining({ posstatus: "closed", cprice: "10058.00000", net: "+12.5" }),
  ]);
});

test.each(["closing", "foo,closing", "", "?"])("trap 22: misc %j is kept in the raw record only", async (misc) => {
  const drive = await imported(aTrade(1, { misc }));
  expect(drive.executions.size).toBe(1);
  expect(drive.records).toEqual([expect.objectContaining({ misc })]);
});

const SPLITS = [
  ["CHZUSD", "CHZ", "USD"],
  ["ICXETH", "ICX", "ETH"],
  ["TRXXBT", "TRX", "BTC"],
  ["XTZUSD", "XTZ", "USD"],
  ["ZRXXBT", "ZRX", "BTC"],
  ["XBTPYUSD", "BTC", "PYUSD"],
  ["AI16ZUSD", "AI16Z", "USD"],
  ["2ZUSD", "2Z", "USD"],
  ["XXDGXXBT", "DOGE", "BTC"],
  ["XDGUSD", "DOGE", "USD"],
] as const;

test("trap 24: pair names that no rule can split have the right base and quote", async () => {
  const drive = await imported(...SPLITS.map(([pair], number) => aTrade(number, { pair })));
  SPLITS.forEach(([pair, base, currency], number) => {
    expect(drive.executions.get(tradeId(number))?.instrument).toMatchObject({
      ...{ rawSymbol: pair, symbol: `${base}/${currency}`, base, currency, kind: "crypto" },
    });
  });
});

test("trap 24: the same holds when Kraken's lists cannot be read", async () => {
  const clock = testClock();
  const trades = SPLITS.map(([pair], number) => aTrade(number, { pair }));
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({ kind: "http", status: 520, path: "AssetPairs", times: Number.POSITIVE_INFINITY });
  await drive.run();
  expect(fault.fired).toBe(1);
  SPLITS.forEach(([, base, currency], number) => {
    expect(drive.executions.get(tradeId(number))?.instrument).toMatchObject({ base, currency });
  });
});

test.each([
  [{ vol: "0.00000001" }, { quantity: "0.00000001" }],
  [{ vol: "1000000000.00000000" }, { quantity: "1000000000" }],
  [{ pair: "TRXXBT", price: "0.0000012345" }, { price: "0.0000012345" }],
  [{ price: "30013.43386" }, { price: "30013.43386" }],
  [{ fee: "0.123456789012345678" }, { fees: [{ amount: "0.123456789012345678", currency: "USD", estimated: true }] }],
])("trap 51: %j is exact", async (changes, expected) => {
  const drive = await imported(aTrade(1, changes));
  expect(drive.executions.get(tradeId(1))).toMatchObject(expected);
  expect(drive.records).toEqual([expect.objectContaining(changes)]);
});
