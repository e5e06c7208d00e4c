import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { instant } from "@fillbook/core";
import { describe, expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { post } from "./simulator/simulator-client.ts";
import { codeOf, driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aWorld } from "./support/kraken-world.ts";
import { aGroup } from "./support/made-ledgers.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const permissions = ["query-funds", "query-open-trades", "query-closed-trades", "query-ledger", "export-data"];
const exportKey = { permissions };
const always = Number.POSITIVE_INFINITY;

const purchase = aGroup(
  900,
  "APP1",
  { type: "spend", asset: "ZEUR", amount: "-30.0000" },
  { type: "receive", asset: "XXBT", amount: "0.0010000000" },
);

async function aDrive(count: number, policy = {}) {
  const clock = testClock();
  const trades = generateTrades({ count, seed: 21 });
  const simulator = await startKrakenSimulator({
    clock,
    trades,
    keys: [exportKey, { permissions }],
    ledgers: purchase,
  });
  const drive = driveKraken(simulator, { clock, policy });
  return { clock, trades, simulator, drive, [Symbol.asyncDispose]: () => simulator.close() };
}

describe("a backfill by export", () => {
  test("imports all fills with their true fees and what the app bought, in a handful of calls", async () => {
    await using one = await aDrive(1_200);
    await one.drive.run({ mode: "backfill" });
    expect(one.drive.executions.size).toBe(1_201);
    expect(one.drive.rejected).toEqual([]);
    const estimated = [...one.drive.executions.values()].filter(({ fees }) => fees?.some((fee) => fee.estimated));
    expect(estimated).toEqual([]);
    expect(one.simulator.requests.filter(({ path }) => path.includes("/private/")).length).toBeLessThan(25);
    expect(one.simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    expect(one.simulator.exports).toEqual([]);
    expect(one.drive.cursor).toMatchObject({ windows: [] });
    expect(one.drive.cursor?.exporting).toBeUndefined();
    expect(one.drive.diagnostics).toEqual([]);
  });

  test("trap 43: start and end are always sent", async () => {
    await using one = await aDrive(10);
    await one.drive.run({ mode: "backfill", window: { from: instant("2024-02-01T00:00:00Z") } });
    const asked = one.drive.requests("AddExport").map(({ parameters }) => parameters);
    expect(asked).toHaveLength(2);
    for (const parameters of asked) {
      expect(parameters).toMatchObject({ starttm: "1706745599", endtm: String(startMs / 1000 - 10), fields: "all" });
    }
    // What lies before the span is read by pages: nothing was imported yet.
    expect(one.drive.executions.size).toBe(11);
  });

  test("the tail that came while the export was made is read by pages", async () => {
    await using one = await aDrive(60);
    const fresh = aTrade(1, { time: `${startMs / 1000 + 5}.5` });
    one.simulator.inject({ kind: "process", path: "ExportStatus", process: () => one.simulator.addTrades(fresh) });
    await one.drive.run({ mode: "backfill" });
    expect(one.drive.executions.has(fresh.txid)).toBe(true);
    expect(one.drive.executions.size).toBe(62);
  });

  test("trap 44: a job that takes longer than the run waits is looked for by the next run, and new fills do not wait", async () => {
    const clock = testClock();
    const simulator = await startKrakenSimulator({
      clock,
      trades: manyTrades(60),
      keys: [exportKey],
      exportMs: 3_600_000,
    });
    await using _ = simulator;
    const drive = driveKraken(simulator, { clock, policy: { exportWaitMs: 60_000 } });
    await drive.run({ mode: "backfill" });
    expect(drive.diagnostics).toMatchObject([{ kind: "partial_import", key: "export-pending" }]);
    expect(drive.executions.size).toBe(50);
    const fresh = aTrade(500, { time: `${clock.now() / 1000}` });
    simulator.addTrades(fresh);
    clock.advance(1_800_000);
    await drive.run();
    expect([...drive.executions.keys()].slice(50)).toEqual([fresh.txid]);
    clock.advance(3_600_000);
    await drive.run();
    expect(drive.executions.size).toBe(61);
    expect(drive.requests("AddExport")).toHaveLength(2);
  });

  test("trap 44: of two jobs with one description its own is read, and only that is removed", async () => {
    await using one = await aDrive(60);
    await one.drive.run({ mode: "backfill", stopAfterPages: 3 });
    const [ledgers] = one.simulator.exports;
    const twin = { report: "trades", description: ledgers?.description ?? "", starttm: "1", endtm: "2" };
    const [, key] = one.simulator.keys;
    await post(one.simulator, "AddExport", twin, key === undefined ? {} : { key });
    await one.drive.run();
    expect(one.drive.executions.size).toBe(61);
    expect(one.simulator.exports).toMatchObject([{ from: 1, to: 2 }]);
  });

  test.each([["expires", (id: string, lose: (id: string) => void) => lose(id)]])(
    "trap 44: a job that %s is replaced by pages",
    async (_name, lose) => {
      await using one = await aDrive(120);
      await one.drive.run({ mode: "backfill", stopAfterPages: 3 });
      for (const { id } of one.simulator.exports) lose(id, one.simulator.dropExport);
      await one.drive.run();
      expect(one.drive.executions.size).toBe(121);
      expect(one.drive.cursor?.exporting).toBeUndefined();
      expect(one.simulator.exports).toEqual([]);
    },
  );

  test("trap 44: killed after every page it makes each job once, stores everything and leaves no job behind", async () => {
    await using one = await aDrive(1_200);
    for (let runs = 0; runs < 40; runs += 1) {
      await one.drive.run({ mode: runs === 0 ? "backfill" : "scheduled", stopAfterPages: 1 });
      one.clock.advance(10_000);
    }
    expect(one.drive.executions.size).toBe(1_201);
    expect(one.drive.requests("AddExport")).toHaveLength(2);
    expect(one.simulator.exports).toEqual([]);
    expect(one.drive.cursor?.exporting).toBeUndefined();
    const estimated = [...one.drive.executions.values()].filter(({ fees }) => fees?.some((fee) => fee.estimated));
    expect(estimated).toEqual([]);
  });

  test("a crash between asking and storing the answer makes no second job", async () => {
    await using one = await aDrive(60);
    await one.drive.run({ mode: "backfill", stopAfterPages: 1 });
    const before = one.drive.cursor;
    await one.drive.run({ stopAfterPages: 1 });
    one.drive.cursor = before;
    await one.drive.run();
    expect(one.drive.requests("AddExport")).toHaveLength(2);
    expect(one.drive.executions.size).toBe(61);
    expect(one.simulator.exports).toEqual([]);
  });

  test("a key without the right reads pages instead", async () => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
    const drive = driveKraken(simulator, { clock });
    await drive.run({ mode: "backfill" });
    expect(drive.executions.size).toBe(120);
    expect(drive.cursor?.exporting).toBeUndefined();
  });

  test("trap 45: a ZIP under the type of JSON is read, and JSON in its place is the error that it says", async () => {
    await using one = await aDrive(60);
    const fault = one.simulator.inject({ kind: "error", errors: ["EService:Busy"], path: "RetrieveExport", times: 1 });
    await one.drive.run({ mode: "backfill" });
    expect(fault.fired).toBe(1);
    expect(one.drive.executions.size).toBe(61);
  });

  test.each([
    ["cut off", (zip: Buffer) => zip.subarray(0, zip.length / 2)],
    ["no archive", () => Buffer.from("PK and nothing more")],
  ])("a file that is %s ends the run, three times, and then pages are read", async (_name, broken) => {
    await using one = await aDrive(60);
    const body = broken(Buffer.from("504b0304140000000800", "hex"));
    one.simulator.inject({ kind: "binary", body, path: "RetrieveExport", times: always });
    expect(await codeOf(one.drive.run({ mode: "backfill" }))).toBe("PROTOCOL");
    expect(await codeOf(one.drive.run())).toBe("PROTOCOL");
    expect(await codeOf(one.drive.run())).toBe("PROTOCOL");
    await one.drive.run();
    expect(one.drive.executions.size).toBe(61);
  });
});

test("trap 46: rows of an export and of pages are one fill each, without conflicts, and the finer row counts", async () => {
  const trades = manyTrades(120).map((trade) => ({ ...trade, time: `${trade.time.split(".")[0]}.1234567` }));
  await using world = await aWorld({ trades, keys: [exportKey], ledgers: purchase });
  await world.run({ mode: "backfill" });
  expect(await world.executions()).toHaveLength(121);
  const again = await world.connect({ exports: false });
  world.clock.advance(60_000);
  const report = ranReport(await world.run({ connectionId: again }));
  expect(report.stats).toMatchObject({ conflicts: 0, inserted: 0, rejected: 0 });
  const counted = (await world.executions()).filter(({ canonical }) => canonical);
  expect(counted).toHaveLength(121);
  expect(counted.find(({ executionId }) => executionId === tradeId(1))).toMatchObject({
    ...{ executedAt: "2023-11-14T22:13:21.123456Z", liquidity: "taker" },
    fees: [{ amount: "0.9603", currency: "USD" }],
  });
  expect(await world.problems()).toEqual([]);
});
