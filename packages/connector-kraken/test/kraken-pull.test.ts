import { generateTrades, publishedTradesHistory, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { codeOf, driveKraken, startMs, testClock } from "./support/drive-kraken.ts";

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
    fees: [{ amount: "0", currency: "USD", estimated: true }],
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

test("pull: a requested window is read once more, whatever its end", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 60, seed: 4 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  clock.advance(60_000);
  drive.executions.clear();
  const from = drive.connector.settings.parse({ historyFrom: "2024-01-01T00:00:00Z" }).historyFrom;
  if (from === undefined) throw new Error("no instant was read");
  await drive.run({ mode: "backfill", window: { from } });
  expect(drive.executions.size).toBe(60);
});

test("pull: historyFrom keeps older fills out", async () => {
  const clock = testClock();
  const trades = generateTrades({ count: 60, seed: 5 });
  await using simulator = await startKrakenSimulator({ clock, trades });
  const from = "2024-07-01T00:00:00.000000Z";
  const settings = driveKraken(simulator, { clock }).connector.settings.parse({ historyFrom: from });
  const drive = driveKraken(simulator, { clock, settings });
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
  const slow = driveKraken(simulator, { clock: asleep });
  const running = codeOf(slow.run({ signal: controller.signal }));
  await expect.poll(() => slow.pages).toBe(3);
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
