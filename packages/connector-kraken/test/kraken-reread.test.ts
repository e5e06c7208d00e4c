import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { manyTrades, tradeId } from "./support/made-trades.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Fills at even distances before the start, the newest an hour and a half old. */
const spread = (count: number, stepMs: number) =>
  manyTrades(count, (number) => ({
    time: `${Math.floor((startMs - 1.5 * HOUR_MS - (count - 1 - number) * stepMs) / 1000)}.1234`,
  }));

async function anAccount(count: number, stepMs: number) {
  const clock = testClock();
  const simulator = await startKrakenSimulator({ clock, trades: spread(count, stepMs) });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  const calls = async (afterMs: number) => {
    clock.advance(afterMs);
    const before = [drive.requests().length, drive.requests("Ledgers").length];
    await drive.run();
    return [drive.requests().length - (before[0] ?? 0), drive.requests("Ledgers").length - (before[1] ?? 0)];
  };
  return { clock, simulator, drive, calls, [Symbol.asyncDispose]: () => simulator.close() };
}

test("a fill of last week that changed is seen within a day, as a conflict that stays one", async () => {
  await using world = await aWorld({ trades: spread(60, 2 * HOUR_MS) });
  await world.run();
  world.simulator.changeTrade(tradeId(20), { price: "1.00000" });
  world.clock.advance(HOUR_MS);
  expect(ranReport(await world.run()).stats).toMatchObject({ conflicts: 0 });
  world.clock.advance(DAY_MS);
  expect(ranReport(await world.run({ mode: "scheduled" })).stats).toMatchObject({
    conflicts: 1,
    inserted: 0,
    updated: 0,
  });
  expect(await world.problems()).toMatchObject([{ kind: "conflict" }]);
  world.clock.advance(DAY_MS);
  expect(ranReport(await world.run()).stats).toMatchObject({ conflicts: 0, inserted: 0, updated: 0 });
  expect(await world.problems()).toHaveLength(1);
}, 30_000);

test("once a day, and the ledger only for what changed", async () => {
  await using account = await anAccount(40, 2 * HOUR_MS);
  const { calls, drive, simulator } = account;
  const [head, ledger] = await calls(HOUR_MS);
  expect(await calls(DAY_MS)).toEqual([(head ?? 0) + 1, expect.any(Number)]);
  const records = drive.records.length;
  expect(await calls(HOUR_MS)).toEqual([head, ledger]);
  expect(await calls(DAY_MS)).toEqual([(head ?? 0) + 1, ledger]);
  expect(drive.records.length).toBe(records);
  simulator.changeTrade(tradeId(39), { price: "1.00000" });
  expect(await calls(DAY_MS)).toEqual([(head ?? 0) + 1, (ledger ?? 0) + 1]);
  expect(drive.records.slice(records)).toMatchObject([{ txid: tradeId(39), ledgerRows: [{}, {}] }]);
  expect(drive.executions.get(tradeId(39))).toMatchObject({
    price: "1",
    fees: [{ amount: "0.9603", currency: "USD" }],
  });
});

test("a busy week takes ten pages a day, and goes on the next day where it stood", async () => {
  await using account = await anAccount(1_200, 400_000);
  const { calls, drive, simulator } = account;
  const [head = 0] = await calls(HOUR_MS);
  for (const number of [1_150, 700, 150]) simulator.changeTrade(tradeId(number), { price: "1.00000" });
  const changed = () => [1_150, 700, 150].filter((number) => drive.executions.get(tradeId(number))?.price === "1");
  expect(await calls(DAY_MS)).toEqual([head + 10, expect.any(Number)]);
  expect(changed()).toEqual([1_150]);
  await calls(HOUR_MS);
  expect(changed()).toEqual([1_150]);
  await calls(DAY_MS);
  expect(changed()).toEqual([1_150, 700]);
  await calls(DAY_MS);
  expect(changed()).toEqual([1_150, 700, 150]);
  expect(drive.diagnostics).toEqual([]);
  expect(JSON.stringify(drive.cursor).length).toBeLessThan(9_500);
}, 60_000);

test("coverage says what was read again, and a run that stops goes on", async () => {
  await using account = await anAccount(120, HOUR_MS);
  const { clock, drive } = account;
  clock.advance(DAY_MS);
  const before = drive.coverages.length;
  await drive.run({ stopAfterPages: 2 });
  expect(drive.cursor?.reread).toMatchObject({ pages: 1, windows: [{ offset: 49 }] });
  await drive.run();
  expect(drive.cursor?.reread).toMatchObject({ pages: 3, windows: [] });
  const to = new Date(((drive.cursor?.head ?? 0) - 3_600) * 1000).toISOString();
  const covered = drive.coverages.slice(before).flatMap((one) => one.covered ?? []);
  expect(covered).toContainEqual(
    expect.objectContaining({ to: expect.stringContaining(to.slice(0, 19)), evidence: "TradesHistory" }),
  );
});

test("a ledger that fails leaves the rest to the next run, and one that may not be read does not", async () => {
  await using account = await anAccount(60, 2 * HOUR_MS);
  const { clock, drive, simulator } = account;
  clock.advance(DAY_MS);
  const fault = simulator.inject({ kind: "http", status: 502, path: "Ledgers", times: Number.POSITIVE_INFINITY });
  await expect(drive.run()).rejects.toThrow("502");
  fault.remove();
  await drive.run();
  expect(drive.cursor?.reread).toMatchObject({ pages: 2, windows: [] });
  clock.advance(DAY_MS);
  simulator.changeTrade(tradeId(40), { price: "1.00000" });
  simulator.inject({
    kind: "error",
    errors: ["EGeneral:Permission denied"],
    path: "Ledgers",
    times: Number.POSITIVE_INFINITY,
  });
  await drive.run();
  expect(drive.executions.get(tradeId(40))).toMatchObject({ price: "1" });
});

test("no second look while history is read, in a backfill, and before historyFrom", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: spread(200, HOUR_MS) });
  const historyFrom = new Date(startMs - 2 * DAY_MS).toISOString().replace("Z", "000Z") as never;
  const drive = driveKraken(simulator, { clock, settings: { historyFrom } });
  await drive.run({ stopAfterPages: 1 });
  clock.advance(DAY_MS);
  await drive.run({ mode: "backfill" });
  expect(drive.cursor?.reread).toMatchObject({ pages: 0, windows: [] });
  await drive.run();
  const [oldest] = [...drive.executions.values()].map(({ executedAt }) => executedAt).sort();
  expect(drive.cursor?.reread).toMatchObject({ pages: 1, windows: [] });
  expect(oldest?.slice(0, 19)).toBe("2026-02-28T12:30:00");
});

test("a clock that was put back makes one look, not one in each run", async () => {
  await using account = await anAccount(60, 2 * HOUR_MS);
  const { calls } = account;
  const [head = 0] = await calls(HOUR_MS);
  await calls(DAY_MS);
  expect((await calls(-2 * DAY_MS))[0]).toBeGreaterThan(0);
  expect((await calls(60_000))[0]).toBeLessThanOrEqual(head + 1);
});
