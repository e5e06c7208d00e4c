import { type SimulatedLedger, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aGroup, aLedger } from "./support/made-ledgers.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

async function read(ledgers: readonly SimulatedLedger[], settings = {}) {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, ledgers });
  const drive = driveKraken(simulator, { clock, settings });
  await drive.run();
  return drive;
}

// rotki issue 3708: a purchase in the app, of which TradesHistory knows nothing.
const purchase = aGroup(
  1,
  "idofswap",
  { type: "spend", asset: "ZEUR", amount: "-29.5500", fee: "0.4500" },
  { type: "receive", asset: "MATIC", amount: "19.6233200000", fee: "0.0000000000" },
);

describe("what only the ledger shows", () => {
  test("trap 20: a purchase in the app is an execution of its own", async () => {
    const drive = await read(purchase);
    expect([...drive.executions.values()]).toMatchObject([
      {
        ...{ kind: "instant", familyId: "idofswap", executionId: "idofswap", side: "buy", quantity: "19.62332" },
        ...{ executedAt: "2023-11-14T22:13:21.680700Z", fees: [{ amount: "0.45", currency: "EUR" }] },
        price: "1.505861393484894503",
        instrument: { symbol: "MATIC/EUR", kind: "crypto", base: "MATIC", currency: "EUR" },
      },
    ]);
    expect(drive.diagnostics).toEqual([]);
  });

  test("with the setting off they are not asked for", async () => {
    const drive = await read(purchase, { instant: false });
    expect(drive.executions.size).toBe(0);
    expect(drive.requests("Ledgers")).toEqual([]);
  });

  test.each([
    ["a sale", ["DOT", "-2.0000000000"], ["ZUSD", "11.0000"], { side: "sell", symbol: "DOT/USD", quantity: "2" }],
    ["a conversion", ["XXBT", "-0.0100000000"], ["XETH", "0.2000000000"], { side: "sell", symbol: "ETH/BTC" }],
    [
      "stable money",
      ["USDT", "-50.00000000"],
      ["SOL", "0.5000000000"],
      { side: "buy", symbol: "SOL/USDT", price: "100" },
    ],
    ["two currencies", ["ZEUR", "-100.0000"], ["ZUSD", "110.0000"], { side: "sell", symbol: "EUR/USD", price: "1.1" }],
    [
      "equal amounts",
      ["ZUSD", "-100.0000"],
      ["ONDO", "100.0000000000"],
      { side: "buy", symbol: "ONDO/USD", price: "1" },
    ],
    ["a rewards wallet", ["EUR.HOLD", "-30.0000"], ["XBT.F", "0.0010000000"], { symbol: "BTC/EUR", price: "30000" }],
  ] as const)("%s: what is given and what is got", async (_name, given, got, expected) => {
    const type = ["spend", "receive"];
    const entries = [given, got].map(([asset, amount], place) => ({ type: type[place] ?? "", asset, amount }));
    const [execution] = [...(await read(aGroup(1, "REF1", ...entries))).executions.values()];
    const { instrument, side, quantity, price } = execution ?? {};
    expect({ symbol: instrument?.symbol, side, quantity, price }).toMatchObject(
      expected.symbol === "ETH/BTC" ? { symbol: "ETH/BTC", side: "buy", quantity: "0.2", price: "0.05" } : expected,
    );
  });

  test("trap 19: the two cancelling dollar legs of a share are no part of what was traded", async () => {
    // rotki issue 12564.
    const drive = await read(
      aGroup(
        1,
        "XSTOCK",
        { type: "spend", asset: "AAPLx", aclass: "tokenized_asset", amount: "-1.0000000000", fee: "0.0000000000" },
        { type: "receive", asset: "ZEUR", amount: "300.0000", fee: "1.0000" },
        { type: "spend", asset: "ZUSD", amount: "-332.9550" },
        { type: "receive", asset: "ZUSD", amount: "332.9550" },
      ),
    );
    expect([...drive.executions.values()]).toMatchObject([
      {
        ...{ side: "sell", quantity: "1", price: "300", fees: [{ amount: "1", currency: "EUR" }] },
        instrument: { symbol: "AAPLx/EUR", kind: "stock" },
      },
    ]);
  });

  test("trap 55: two groups whose refids differ by case are two executions", async () => {
    const other = purchase.map((entry) => ({ ...entry, id: entry.id.replace("LAAAAA", "LBBBBB"), refid: "IdOfSwap" }));
    const drive = await read([...purchase, ...other]);
    expect([...drive.executions.keys()].sort()).toEqual(["IdOfSwap", "idofswap"]);
  });
});

describe("what is no execution", () => {
  test("trap 52: known entries that move one asset are ignored and counted", async () => {
    const types = ["deposit", "withdrawal", "staking", "dividend", "earn", "adjustment"];
    await using world = await aWorld({ ledgers: types.map((type, number) => aLedger(number, { type })) });
    expect(ranReport(await world.run()).stats).toMatchObject({ fetched: 6, ignored: 6, rejected: 0, inserted: 0 });
    expect(await world.problems()).toEqual([]);
  });

  test.each([
    ["type", { type: "a type of 2030" }],
    ["subtype of a known type", { type: "transfer", subtype: "vaultmove" }],
  ])("trap 52: an entry of a %s that nobody has seen is kept as a reject, with a problem", async (_name, entry) => {
    await using world = await aWorld({ ledgers: [aLedger(1, entry)] });
    expect(ranReport(await world.run())).toMatchObject({ status: "partial", stats: { fetched: 1, rejected: 1 } });
    expect(await world.problems()).toMatchObject([{ kind: "reject" }]);
  });

  test("a conversion of what Kraken takes off its list is a sale, whatever its type", async () => {
    const entries = aGroup(
      1,
      "ELAAAAA",
      { type: "earn", subtype: "delistingconversion", asset: "LUNA2", amount: "-50.0000000000" },
      { type: "earn", subtype: "delistingconversion", asset: "USDC", amount: "21.00000000" },
    );
    const drive = await read(entries);
    expect([...drive.executions.values()]).toMatchObject([
      { kind: "instant", side: "sell", quantity: "50", price: "0.42", instrument: { symbol: "LUNA2/USDC" } },
    ]);
  });

  test("an unknown type that gives one asset for another is kept as a reject", async () => {
    const entries = purchase.map((entry) => ({ ...entry, refid: "NEW", type: "swap of 2030" }));
    const drive = await read(entries);
    expect(drive.executions.size).toBe(0);
    expect(drive.records).toHaveLength(2);
  });

  test("an entry without a time or a cause is kept or ignored, and keeps no other from being read", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, ledgers: [...purchase, aLedger(9), aLedger(12)] });
    const transformText = (body: string) =>
      body.replace(/"time":[0-9.]+(?=,"type":"receive")/, '"time":"soon"').replace('"refid":"S9"', '"refid":null');
    simulator.inject({ kind: "transform-text", transformText, path: "Ledgers", times: Number.POSITIVE_INFINITY });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.records).toHaveLength(3);
    expect(drive.rejected).toHaveLength(1);
    expect(simulator.requests.filter(({ outcome }) => outcome !== "ok" && !outcome.startsWith("fault"))).toEqual([]);
  });

  test("a purchase without its other half is ignored with a problem, and imported once it is whole", async () => {
    const time = `${startMs / 1000 - 1_000}.5`;
    const [spent, received] = purchase.map((entry) => ({ ...entry, time }));
    await using world = await aWorld({ ledgers: spent === undefined ? [] : [spent] });
    expect(ranReport(await world.run()).stats).toMatchObject({ ignored: 1, inserted: 0 });
    expect(await world.problems()).toMatchObject([{ kind: "warning", message: expect.stringContaining("EUR") }]);
    if (received !== undefined) world.simulator.addLedgers(received);
    world.clock.advance(900_000);
    expect(ranReport(await world.run()).stats).toMatchObject({ inserted: 1, conflicts: 0 });
  });
});

describe("a ledger longer than a page of trades", () => {
  // Between two fills lie 1,200 daily rewards and, wherever pages end, purchases.
  const rewards = Array.from({ length: 1_200 }, (_, number) =>
    aLedger(5_000 + number, { type: "earn", time: `${1_600_000_000 + number * 60}` }),
  );
  const purchases = Array.from({ length: 40 }, (_, number) =>
    aGroup(
      number,
      `BUY${number}`,
      { type: "spend", asset: "ZEUR", amount: "-30.0000" },
      { type: "receive", asset: "XXBT", amount: "0.0010000000" },
    ).map((entry, place) => ({ ...entry, time: `${1_600_000_000 + number * 1_800}.${1000 + place}` })),
  ).flat();
  const trades = [aTrade(1, { time: "1500000000.5" }), aTrade(2, { time: "1650000000.5" })];

  test("is read to its end, once, and purchases across page borders are whole", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades, ledgers: [...rewards, ...purchases] });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(drive.executions.size).toBe(42);
    expect(drive.executions.get(tradeId(1))?.fees).toEqual([{ amount: "0.9603", currency: "USD" }]);
    expect(drive.rejected).toEqual([]);
    expect(drive.diagnostics).toEqual([]);
    expect(drive.cursor?.ledger?.windows).toEqual([]);
    expect(drive.requests("Ledgers").length).toBeLessThan(60);
  });

  test("killed after every page, it comes to the same end", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({
      clock,
      trades: [...trades, ...manyTrades(120).slice(3)],
      ledgers: [...rewards, ...purchases],
    });
    const drive = driveKraken(simulator, { clock, policy: { headEveryMs: 86_400_000 } });
    for (let runs = 0; runs < 60; runs += 1) await drive.run({ stopAfterPages: 1 });
    expect(drive.executions.size).toBe(40 + 119);
    expect(drive.cursor?.ledger?.windows).toEqual([]);
    expect([...drive.executions.values()].filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
  }, 30_000);
});
