import { generateTrades, publishedTradesHistory, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { codeOf, driveKraken, startMs, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { aTrade, tradeId } from "./support/made-trades.ts";

test("pull: a first run imports the whole history, a second run reads only the overlap", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 230, seed: 1 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect([...drive.executions.keys()].sort()).toEqual(trades.map(({ txid }) => txid).sort());
  expect(drive.rejected).toEqual([]);
  const before = drive.requests().length;
  clock.advance(900_000);
  await drive.run();
  expect(drive.requests()).toHaveLength(before + 1);
  expect(drive.requests().at(-1)?.parameters).toMatchObject({ start: String(startMs / 1000 - 10 - 3600) });
  expect(drive.cursor?.windows).toEqual([]);
});

test("pull: the published page of 50 rows becomes 50 executions", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: publishedTradesHistory() });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.size).toBe(50);
  expect(drive.executions.get("THVRQM-33VKH-UCI7BS")).toMatchObject({
    executedAt: "2021-03-25T10:23:16.880200Z",
    instrument: { symbol: "BTC/USD", rawSymbol: "XXBTZUSD", kind: "crypto", base: "BTC", currency: "USD" },
    side: "buy",
    quantity: "0.02",
    price: "30010",
    fees: [],
    order: { permanentId: "OQCLML-BW3P3-BUCMWZ" },
  });
});

test("pull: each run reads what is new before it goes on with older history", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 400, seed: 2 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 2 });
  clock.advance(900_000);
  const [fresh] = generateTrades({ count: 1, seed: 3, fromMs: startMs + 60_000, toMs: startMs + 120_000 });
  if (fresh === undefined) throw new Error("no trade was made");
  simulator.addTrades(fresh);
  await drive.run({ stopAfterPages: 1 });
  expect(drive.executions.has(fresh.txid)).toBe(true);
  await drive.run();
  expect(drive.executions.size).toBe(401);
});

test("pull: a run of hours looks for new fills every quarter of an hour", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 5_000, seed: 10 });
  await using simulator = await startKrakenSimulator({ clock, trades, historyCost: 4 });
  const drive = driveKraken(simulator, { clock, settings: tradesOnly, policy: { historyCost: 4 } });
  const fresh = aTrade(1, { time: `${startMs / 1000 + 60}.5` });
  const fault = simulator.inject({ kind: "process", afterRequests: 10, process: () => simulator.addTrades(fresh) });
  const after = simulator.inject({ kind: "process", afterRequests: 90, process: () => expectSeen() });
  let seen = false;
  const expectSeen = () => {
    seen = drive.executions.has(fresh.txid);
  };
  await drive.run();
  expect([fault.fired, after.fired, seen]).toEqual([1, 1, true]);
  expect(drive.executions.size).toBe(5_001);
  expect(drive.requests().length).toBeLessThan(5_000 / 49 + 4);
});

test("pull: a requested window is read once more, whatever its end", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 60, seed: 4 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  clock.advance(60_000);
  drive.executions.clear();
  await drive.run({ mode: "backfill", window: { from: instant("2024-01-01T00:00:00Z") } });
  expect(drive.executions.size).toBe(60);
});

test("pull: historyFrom keeps older fills out", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 60, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock, settings: { historyFrom: instant("2024-07-01T00:00:00Z") } });
  await drive.run();
  const expected = trades.filter(({ time }) => Number(time) * 1000 >= Date.UTC(2024, 6, 1));
  expect(drive.executions.size).toBe(expected.length);
  expect(expected.length).toBeGreaterThan(5);
});

test("trap 48: a changed consolidateTaker is refused before any request, and named", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: 3, seed: 6 }) });
  const first = driveKraken(simulator, { clock });
  await first.run();
  const before = simulator.requests.length;
  const second = driveKraken(simulator, { clock, settings: { consolidateTaker: false } });
  second.cursor = first.cursor;
  await expect(second.run()).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringMatching(/consolidateTaker/),
  });
  expect(simulator.requests).toHaveLength(before);
});

test("pull: an aborted signal ends the wait for the rate limit at once", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: 600, seed: 7 }) });
  const drive = driveKraken(simulator, { clock });
  const controller = new AbortController();
  const asleep = { ...clock, now: clock.now, sleep: (_ms: number, signal?: AbortSignal) => sleepForEver(signal) };
  const slow = driveKraken(simulator, { clock: asleep, settings: tradesOnly });
  const running = codeOf(slow.run({ signal: controller.signal }));
  await expect.poll(() => slow.pages).toBe(7);
  controller.abort(new Error("the host's own reason"));
  expect(await running).toBe("ABORTED");
  expect(drive.pages).toBe(0);
});

test("pull: pages per run are bounded and reported, and the next run goes on", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: 300, seed: 8 }) });
  const drive = driveKraken(simulator, { clock, policy: { pagesMax: 2 } });
  await drive.run();
  expect(drive.pages).toBe(2);
  expect(drive.diagnostics).toEqual([expect.objectContaining({ kind: "partial_import" })]);
  for (let runs = 0; runs < 10; runs += 1) await drive.run();
  expect(drive.executions.size).toBe(300);
});

function sleepForEver(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

test("pull: a fill in the very second of historyFrom is read", async () => {
  const clock = testClock();
  const trades = ["1719791999.9999", "1719792000", "1719792000.5"].map((time, number) => aTrade(number, { time }));
  await using simulator = await startKrakenSimulator({ clock, trades });
  const historyFrom = instant("2024-07-01T00:00:00Z");
  const drive = driveKraken(simulator, { clock, settings: { historyFrom } });
  await drive.run();
  expect([...drive.executions.keys()].sort()).toEqual([tradeId(0), tradeId(1), tradeId(2)]);
  expect(drive.requests()[0]?.parameters.start).toBe("1719791999");
});

test("pull: Kraken's lists are read once an hour, and not at all without a fill", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.requests("AssetPairs")).toHaveLength(0);
  simulator.addTrades(aTrade(1, { time: `${startMs / 1000}.5` }));
  for (const [advanceMs, reads] of [
    [60_000, 2],
    [3_000_000, 2],
    [600_000, 4],
  ] as const) {
    clock.advance(advanceMs);
    await drive.run();
    expect(drive.requests("AssetPairs")).toHaveLength(reads);
  }
});

test("pull: a person who asks gets what is new, even a moment after the last run and with older history open", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: generateTrades({ count: 200, seed: 9 }) });
  const drive = driveKraken(simulator, { clock });
  await drive.run({ stopAfterPages: 1 });
  clock.advance(20_000);
  simulator.addTrades(aTrade(1, { time: `${startMs / 1000 + 5}.5` }));
  await drive.run({ stopAfterPages: 1 });
  expect(drive.executions.has(tradeId(1))).toBe(false);
  await drive.run({ mode: "manual", stopAfterPages: 1 });
  expect(drive.executions.has(tradeId(1))).toBe(true);
});

test("pull: an id that no cursor should hold does not keep a page from being passed", async () => {
  const clock = testClock();
  const trades = Array.from({ length: 120 }, (_, number) => aTrade(number));
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  const poison = `T\u0000${"x".repeat(5_000)}`;
  const transformText = (body: string) => body.replaceAll(`"${tradeId(70)}"`, JSON.stringify(poison));
  const fault = simulator.inject({ kind: "transform-text", transformText, times: Number.POSITIVE_INFINITY });
  await drive.run();
  expect(fault.fired).toBe(3);
  expect(drive.executions.size).toBe(120);
  expect(drive.rejected).toEqual([]);
  expect(drive.cursors[0]?.windows[0]?.lastId).toMatch(/^sha256:[0-9a-f]{64}$/);
});
