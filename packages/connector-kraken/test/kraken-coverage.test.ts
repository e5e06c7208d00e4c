import { windowSpan } from "@fillbook/connector-kit";
import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { driveKraken, memoryState, startMs, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aLedger } from "./support/made-ledgers.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const secondsNow = startMs / 1000;
type Drive = ReturnType<typeof driveKraken>;

const covered = ({ coverages }: Drive) => coverages.flatMap((one) => one.covered);

test("coverage: what was read before the key was looked at is claimed once it was, also after a crash in between", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(20) });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 1 });
  expect(covered(drive)).toEqual([]);
  expect(drive.coverages[0]?.open).toHaveLength(1);
  expect(drive.cursor?.unclaimed).toHaveLength(1);
  await drive.run();
  expect(covered(drive)[0]).toEqual({ ...drive.coverages[0]?.open?.[0], evidence: "TradesHistory" });
  expect(drive.cursor?.unclaimed).toBeUndefined();
  expect(drive.coverages.at(-1)?.open).toEqual([]);
});

test("coverage: a pass that stops early claims nothing and holds its window open", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 2 });
  expect(covered(drive)).toEqual([]);
  const [first, second] = drive.coverages;
  expect(second?.open).toEqual(first?.open);
  await drive.run();
  expect(covered(drive)[0]).toEqual({ ...first?.open?.[0], evidence: "TradesHistory" });
});

test("coverage: a key with a date range covers its range only", async () => {
  const clock = testClock();
  const keys = [{ queryFromSeconds: 1_700_000_060 }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(40) });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  const from = "2023-11-14T22:14:20.000001Z";
  expect(covered(drive)).toMatchObject([{ from, evidence: "TradesHistory" }]);
  expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toEqual([
    { from: "2000-01-01T00:00:00.000001Z", to: from, reason: "the API key does not read it", lasting: true },
  ]);
});

test("coverage: an export is the evidence of what it held", async () => {
  const clock = testClock();
  const keys = [{ permissions: ["query-closed-trades", "query-ledger", "export-data"] }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(60) });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ mode: "backfill" });
  expect(drive.executions.size).toBe(60);
  expect(covered(drive).map(({ evidence }) => evidence)).toContain("export");
  expect(covered(drive).find(({ evidence }) => evidence === "export")?.from).toBe("2000-01-01T00:00:00.000001Z");
  expect(drive.coverages.at(-1)?.open).toEqual([]);
});

test("a new key closes what was said of the old one: its end, its range, and what it may not read", async () => {
  const clock = testClock();
  const state = memoryState();
  const few = ["query-funds", "query-closed-trades"];
  const keys = [{ validUntilSeconds: secondsNow + 86_400, queryFromSeconds: 1_700_000_060, permissions: few }, {}];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(3) });
  const withKey = (number: number): Drive => {
    const { apiKey = "", apiSecret = "" } = simulator.keys[number] ?? {};
    return driveKraken(simulator, { clock, state, credentials: { apiKey, apiSecret } });
  };
  const first = withKey(0);
  await first.run();
  const told = first.diagnostics.map(({ key }) => key);
  expect(new Set(told)).toEqual(new Set(["ledger-permission", "key-range", `key-expires:${secondsNow + 86_400}`]));
  const second = withKey(1);
  second.cursor = first.cursor;
  await second.run({ mode: "manual" });
  expect(second.diagnostics).toEqual([]);
  expect(new Set(second.resolved.map(({ key }) => key))).toEqual(new Set(told));
});

test("coverage: what the ledger contradicts is not claimed by the run that goes on either", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 2 });
  const [window] = drive.cursor?.windows ?? [];
  if (drive.cursor === null || window === undefined) throw new Error("a window is open");
  const [from, to] = [window.to - 500, window.to - 400];
  drive.cursor = { ...drive.cursor, doubts: [{ from, to, reason: "the ledger has more" }] };
  await drive.run();
  const missing = [{ ...windowSpan({ from, to }), reason: "the ledger has more" }];
  expect(drive.coverages.flatMap((one) => one.missing ?? [])).toEqual(missing);
  const parts = [windowSpan({ from: 0, to: from }), windowSpan({ from: to, to: window.to })];
  expect(covered(drive).slice(0, 2)).toMatchObject(parts);
  expect(drive.cursor?.doubts).toBeUndefined();
});

test("coverage: where Kraken does not say what a key reads, what was known of it holds", async () => {
  const clock = testClock();
  const keys = [{ queryFromSeconds: 1_700_000_060 }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(40) });
  const state = memoryState();
  const drive = driveKraken(simulator, { clock, state });
  await drive.run();
  clock.advance(2 * 86_400_000);
  const fault = simulator.inject({ kind: "error", errors: ["EGeneral:Permission denied"], path: "GetApiKeyInfo" });
  await drive.run();
  expect(fault.fired).toBe(1);
  expect(drive.cursor?.key?.from).toBe(1_700_000_060);
  expect(drive.resolved.filter(({ key }) => key === "key-range")).toEqual([]);
  const stranger = driveKraken(simulator, { clock, state });
  simulator.inject({ kind: "error", errors: ["EGeneral:Permission denied"], path: "GetApiKeyInfo" });
  await stranger.run();
  expect(covered(stranger).map(({ evidence }) => evidence)).toContain("TradesHistory by a key of unknown range");
});

describe("a trade that the ledger names and TradesHistory does not list", () => {
  const hidden = `${secondsNow - 1_000}.5`;
  const entry = aLedger(1, { type: "trade", refid: tradeId(777), asset: "ZUSD", amount: "-1.0000", time: hidden });

  test("is a gap of its own seconds until a reading lists it", async () => {
    await using world = await aWorld({ trades: manyTrades(120), ledgers: [entry] });
    await world.run({ mode: "scheduled" });
    expect(await world.problems()).toMatchObject([
      {
        kind: "coverage_gap",
        details: windowSpan({ from: secondsNow - 1_006, to: secondsNow - 994 }),
        message: expect.stringContaining(tradeId(777)),
      },
    ]);
    world.simulator.addTrades(aTrade(777, { txid: tradeId(777), time: hidden }));
    world.clock.advance(900_000);
    expect(ranReport(await world.run({ mode: "scheduled" })).stats).toMatchObject({ inserted: 1 });
    expect(await world.problems()).toEqual([]);
  });

  test("is looked for each day by its seconds, and not by the history around it", async () => {
    const count = 400;
    await using world = await aWorld({
      trades: manyTrades(count),
      ledgers: [{ ...entry, time: "1700000200.5" }],
    });
    const asked = async () => {
      const before = world.simulator.requests.length;
      await world.run({ mode: "scheduled" });
      return world.simulator.requests.slice(before).filter(({ path }) => path.endsWith("TradesHistory")).length;
    };
    expect(await asked()).toBeGreaterThanOrEqual(count / 50);
    const [told, ...others] = await world.problems();
    expect([told?.kind, others]).toEqual(["coverage_gap", []]);
    for (let day = 0; day < 3; day += 1) {
      world.clock.advance(86_400_000);
      // What is new, the seconds, and the second look at the last week, in which nothing is.
      expect(await asked()).toBe(4);
      expect(await world.problems()).toEqual([told]);
    }
  });
});
