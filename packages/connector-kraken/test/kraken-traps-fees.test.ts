import { type SimulatedLeg, type SimulatedTrade, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { describe, expect, test } from "vitest";
import { driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

/** What one fill cost, by what the ledger says of it. */
async function feesOf(trade: Partial<SimulatedTrade>) {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, trade)] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.rejected).toEqual([]);
  return drive.executions.get(tradeId(1))?.fees;
}

// A purchase of 0.02 BTC for 600.20 USD, as its usual legs.
const base: SimulatedLeg = { asset: "XXBT", amount: "0.0200000000" };
const quote: SimulatedLeg = { asset: "ZUSD", amount: "-600.2000" };
const estimate = [{ amount: "0.96032", currency: "USD", estimated: true }];

describe("fees from the ledger", () => {
  test("the fee is the ledger's, with the ledger's rounding", async () => {
    expect(await feesOf({})).toEqual([{ amount: "0.9603", currency: "USD" }]);
  });

  test("trap 13: fee credits are the fee, and Kraken's equivalent stays in the raw record", async () => {
    // python-kraken-sdk's real row: 0.05954 USD in TradesHistory, 5.95 KFEE in the ledger.
    const credits = { asset: "KFEE", amount: "0.00", fee: "5.95" };
    expect(await feesOf({ fee: "0.05954", legs: [base, quote, credits] })).toEqual([
      { amount: "5.95", currency: "KFEE" },
    ]);
  });

  test("trap 14: a fee taken from the base is a fee in base", async () => {
    expect(await feesOf({ legs: [{ ...base, fee: "0.0000320000" }, quote] })).toEqual([
      { amount: "0.000032", currency: "BTC" },
    ]);
  });

  test("trap 15: fees on both legs are two fees", async () => {
    const legs = [
      { ...base, fee: "0.0000160000" },
      { ...quote, fee: "0.4802" },
    ];
    expect(await feesOf({ legs })).toEqual([
      { amount: "0.000016", currency: "BTC" },
      { amount: "0.4802", currency: "USD" },
    ]);
  });

  test("trap 17: three wallets of the base are summed", async () => {
    const legs = [
      { asset: "XXBT", amount: "0.0100000000", fee: "0.0000100000" },
      { asset: "XXBT", amount: "0.0060000000", fee: "0.0000060000" },
      { asset: "XBT.F", amount: "0.0040000000", fee: "0.0000040000" },
      quote,
    ];
    expect(await feesOf({ legs })).toEqual([{ amount: "0.00002", currency: "BTC" }]);
    expect(await feesOf({ legs: legs.slice(1) })).toEqual(estimate);
  });

  test("trap 18: a leg that rounds to nothing may lack, a leg that matters may not", async () => {
    const dust = { vol: "0.00000001", cost: "0.00003", fee: "0.00000", price: "3000.00000" };
    expect(await feesOf({ ...dust, legs: [{ asset: "XXBT", amount: "0.0000000100" }] })).toEqual([]);
    expect(await feesOf({ legs: [{ ...base, fee: "0.0000320000" }] })).toEqual(estimate);
  });

  test("a rebate keeps its sign", async () => {
    expect(await feesOf({ fee: "-0.01200" })).toEqual([{ amount: "-0.012", currency: "USD" }]);
  });

  test("both legs without the fee that Kraken told are no word of a free fill", async () => {
    expect(await feesOf({ legs: [base, quote] })).toEqual(estimate);
    expect(await feesOf({ fee: "0.00000", legs: [base, quote] })).toEqual([]);
  });

  test("trap 55: refids that differ only by case are different fills", async () => {
    const clock = testClock();
    const trade = aTrade(1, { legs: [] });
    const legs = [base, { ...quote, fee: "0.9603" }].map((leg, number) => ({
      ...{ id: `LAAAAA-AAAAA-AAAAA${number}`, refid: trade.txid.toLowerCase(), time: trade.time, type: "trade" },
      ...{ fee: "0.0000", ...leg },
    }));
    await using simulator = await startKrakenSimulator({ clock, trades: [trade], ledgers: legs });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.get(trade.txid)?.fees).toEqual(estimate);
  });

  test("a position's fill has the fee of its margin entries, and not the daily interest", async () => {
    const legs = [
      { type: "margin", asset: "ZUSD", amount: "0.0000", fee: "0.9603" },
      { type: "rollover", asset: "ZUSD", amount: "0.0000", fee: "0.1200" },
    ];
    const margin = { margin: "300.10000", leverage: "2", posstatus: "open", legs } as const;
    expect(await feesOf(margin)).toEqual([{ amount: "0.9603", currency: "USD" }]);
  });

  test.each([
    ["unknown fields and types", { amount: 1, aclass: null }],
    ["no amount", { asset: undefined }],
  ])("trap 52: an entry with %s costs the fill nothing but its true fee", async (_name, changes) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1)] });
    const transformText = (body: string) =>
      JSON.stringify(JSON.parse(body, (key, value) => (key.startsWith("L") ? { ...value, ...changes } : value)));
    simulator.inject({ kind: "transform-text", path: "Ledgers", transformText, times: Number.POSITIVE_INFINITY });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.get(tradeId(1))?.fees).toEqual(estimate);
  });

  test("every fill of a long history has its true fee, with two to three calls of Ledgers a page", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(500) });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.size).toBe(500);
    const estimated = [...drive.executions.values()].filter(({ fees }) => fees?.some((fee) => fee.estimated));
    expect(estimated).toEqual([]);
    expect(drive.cursor?.awaiting).toBeUndefined();
    expect(drive.requests("Ledgers").length).toBeLessThanOrEqual(3 * drive.requests().length);
    expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  });
});

describe("fees that come later", () => {
  const recent = { time: `${startMs / 1000 - 60}.5` };

  test("fills whose ledger is not there yet are looked for again, seldomer the older they are", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { ...recent, legs: [] })] });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.get(tradeId(1))?.fees).toEqual(estimate);
    // Beyond the overlap, so that only the reading for fees can see the fill again.
    for (const hours of [26, 20]) {
      clock.advance(hours * 3_600_000);
      await drive.run();
    }
    simulator.changeTrade(tradeId(1), { legs: [base, { ...quote, fee: "0.9603" }] });
    clock.advance(25 * 3_600_000);
    await drive.run();
    expect(drive.executions.get(tradeId(1))?.fees).toEqual([{ amount: "0.9603", currency: "USD" }]);
    expect(drive.cursor?.awaiting).toBeUndefined();
    expect(drive.diagnostics).toEqual([]);
  });

  test("fills whose ledger never comes are given up after three days, with one problem", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1, { ...recent, legs: [] })] });
    const drive = driveKraken(simulator, { clock });
    for (let run = 0; run < 12; run += 1) {
      await drive.run();
      clock.advance(8 * 3_600_000);
    }
    const asked = drive.requests().length;
    await drive.run();
    // What is new, and the day's second look.
    expect(drive.requests()).toHaveLength(asked + 2);
    expect(drive.cursor?.awaiting).toBeUndefined();
    expect(drive.executions.get(tradeId(1))?.fees).toEqual(estimate);
    expect(new Set(drive.diagnostics.map(({ key }) => key))).toEqual(new Set(["fees-estimated"]));
  });
});
