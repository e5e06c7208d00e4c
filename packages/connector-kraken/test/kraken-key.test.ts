import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { codeOf, driveKraken, memoryState, startMs, testClock } from "./support/drive-kraken.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const days = (count: number) => startMs / 1000 + count * 86_400;

test("trap 39: a key with a date range imports what it may, and says what is missing", async () => {
  const clock = testClock();
  const keys = [{ queryFromSeconds: 1_700_000_060 }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  expect((await drive.check()).historyFrom).toBe("2023-11-14T22:14:20.000000Z");
  await drive.run();
  expect(drive.executions.size).toBe(60);
  expect(drive.diagnostics).toMatchObject([
    { kind: "coverage_gap", key: "key-range", message: expect.stringContaining("2023-11-14T22:14:20") },
  ]);
});

test.each([
  [15, []],
  [13, [{ kind: "warning", message: expect.stringContaining("in 13 day(s)") }]],
] as const)("a key that ends in %i days is spoken of from 14 days on", async (left, expected) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys: [{ validUntilSeconds: days(left) }] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.diagnostics).toMatchObject(expected);
  expect(await drive.check().then(({ warnings }) => warnings.some((text) => text.includes("expires")))).toBe(true);
});

test("a key is looked at once a day, behind what is new", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys: [{ validUntilSeconds: days(16) }] });
  const drive = driveKraken(simulator, { clock });
  for (let hour = 0; hour < 60; hour += 1) {
    await drive.run();
    clock.advance(3_600_000);
  }
  expect(drive.requests("GetApiKeyInfo")).toHaveLength(3);
  expect(simulator.requests[0]?.path).toBe("/0/private/TradesHistory");
  expect(new Set(drive.diagnostics.map(({ key }) => key)).size).toBe(1);
});

test("another key of the same account goes on, a key of another account is refused before anything is read", async () => {
  const clock = testClock();
  const state = memoryState();
  const keys = [{}, {}, { iban: "BB99 SUB1 ACCO UNT1" }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(3) });
  const withKey = (number: number) => {
    const { apiKey = "", apiSecret = "" } = simulator.keys[number] ?? {};
    return driveKraken(simulator, { clock, state, credentials: { apiKey, apiSecret } });
  };
  const first = withKey(0);
  await first.run();
  const second = withKey(1);
  second.cursor = first.cursor;
  await second.run();
  const third = withKey(2);
  third.cursor = second.cursor;
  expect(await codeOf(third.run())).toBe("ACCOUNT_MISMATCH");
  expect(third.executions.size).toBe(0);
});

test("trap 54: two accounts with equal trade ids are two fills", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: [aTrade(1)] });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  const [raw] = drive.records;
  if (raw === undefined) throw new Error("nothing was read");
  const accounts = ["AA12", "BB34"].map((account) => drive.connector.normalize(raw, { account, pairs: [] }));
  expect(accounts).toMatchObject([{ execution: { account: "AA12" } }, { execution: { account: "BB34" } }]);
  expect(drive.executions.has(tradeId(1))).toBe(true);
});

test("trap 36: a lockout of the address silences every key of the store for 15 minutes", async () => {
  const clock = testClock();
  const state = memoryState();
  await using simulator = await startKrakenSimulator({ clock, keys: [{}, {}], trades: manyTrades(3) });
  const { apiKey = "", apiSecret = "" } = simulator.keys[1] ?? {};
  const other = driveKraken(simulator, { clock, state, credentials: { apiKey, apiSecret } });
  simulator.inject({ kind: "error", errors: ["EGeneral:Temporary lockout"] });
  expect(await codeOf(driveKraken(simulator, { clock, state }).run())).toBe("LOCKED_OUT");
  clock.advance(600_000);
  expect(await codeOf(other.run())).toBe("LOCKED_OUT");
  expect(simulator.requests).toHaveLength(1);
  clock.advance(301_000);
  await other.run();
  expect(other.executions.size).toBe(3);
});
