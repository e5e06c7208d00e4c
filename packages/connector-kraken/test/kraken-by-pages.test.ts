import { generateTrades, type SimulatedLedger, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aGroup, aLedger } from "./support/made-ledgers.ts";

// Goal: a key without the right to exports reads a history as fast as Kraken lets it. Method: accounts whose ledger is dense or thin
// beside their fills, on the clock; the least time is that of full pages of both lists, at what a page costs there.

const fromSeconds = Date.UTC(2024, 0, 1) / 1000;
const YEAR_SECONDS = 366 * 86_400;

/** So many moments of the year, evenly. */
const moments = (count: number) =>
  Array.from({ length: count }, (_, number) => fromSeconds + Math.floor((number * YEAR_SECONDS) / count));

const rewards = (count: number) =>
  moments(count).map((seconds, number) => aLedger(number, { type: "earn", time: `${seconds}.5` }));

const purchases = (count: number) =>
  moments(count).flatMap((seconds, number) =>
    aGroup(
      number,
      `BUY${number}`,
      { type: "spend", asset: "ZEUR", amount: "-30.0000" },
      { type: "receive", asset: "XXBT", amount: "0.0010000000" },
    ).map((entry, place) => ({ ...entry, time: `${seconds}.${1000 + place}` })),
  );

const accounts: [string, { fills: number; cost: 2 | 4; ledgers: readonly SimulatedLedger[] }][] = [
  // LONG_TESTS=1 is the long run of `.ci/run`.
  ["fills alone", { fills: process.env.LONG_TESTS === "1" ? 10_000 : 900, cost: 2, ledgers: [] }],
  ["fills alone, where a page costs 4", { fills: 900, cost: 4, ledgers: [] }],
  ["three rewards for each fill", { fills: 500, cost: 2, ledgers: rewards(1_500) }],
  ["thirty rewards for each fill", { fills: 100, cost: 2, ledgers: rewards(3_000) }],
  ["purchases in the app beside fills", { fills: 400, cost: 2, ledgers: purchases(400) }],
  ["purchases in the app and a few fills", { fills: 8, cost: 2, ledgers: purchases(1_000) }],
  ["purchases in the app alone", { fills: 0, cost: 4, ledgers: purchases(1_000) }],
];

test.each(accounts)(
  "by pages: %s take at most a tenth more than the least time",
  async (_name, account) => {
    const { fills, cost, ledgers } = account;
    const clock = testClock();
    const trades = generateTrades({ count: fills, seed: 7 });
    await using simulator = await startKrakenSimulator({ clock, trades, ledgers, historyCost: cost });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    const bought = new Set(ledgers.filter(({ type }) => type === "spend").map(({ refid }) => refid));
    expect(drive.executions.size).toBe(fills + bought.size);
    expect([...drive.executions.values()].filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
    expect([drive.cursor?.windows, drive.cursor?.ledger?.windows, drive.rejected]).toEqual([[], [], []]);
    const pages = Math.ceil(fills / 50) + Math.ceil((2 * fills + ledgers.length) / 50);
    const leastMs = ((pages * cost) / 0.33) * 1000;
    expect(clock.now() - startMs).toBeLessThanOrEqual(1.1 * leastMs);
  },
  60_000,
);

test("by pages: the newest fills come within a minute, however long the ledger beside them is", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 40, seed: 8 });
  await using simulator = await startKrakenSimulator({ clock, trades, ledgers: rewards(4_000), historyCost: 4 });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 1 });
  expect(drive.executions.size).toBe(40);
  expect([...drive.executions.values()].filter(({ fees }) => fees?.some(({ estimated }) => estimated))).toEqual([]);
  expect(clock.now() - startMs).toBeLessThan(60_000);
});
