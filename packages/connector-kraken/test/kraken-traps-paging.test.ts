import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { instant } from "@fillbook/core";
import { expect, test } from "vitest";
import { codeOf, driveKraken, startMs, testClock } from "./support/drive-kraken.ts";
import { aTrade, manyTrades, tradeId } from "./support/made-trades.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, number) => tradeId(number)).sort();

test("trap 1: a fill inserted at the head between two pages costs and doubles nothing", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  const late = aTrade(9_000, { time: `${startMs / 1000 - 60}.5` });
  const fault = simulator.inject({ kind: "process", afterRequests: 1, process: () => simulator.addTrades(late) });
  await drive.run();
  expect(fault.fired).toBe(1);
  expect([...drive.executions.keys()].sort()).toEqual([...numbers(120), late.txid].sort());
});

test("trap 2: a row removed at the head between two pages costs no other row", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({
    kind: "process",
    afterRequests: 1,
    process: () => {
      for (const number of [119, 118, 117]) simulator.removeTrade(tradeId(number));
    },
  });
  await drive.run();
  expect(fault.fired).toBe(1);
  for (const id of numbers(117)) expect(drive.executions.has(id)).toBe(true);
});

test("trap 2: rows that move for ever end the run with PAGING_UNSTABLE after three restarts", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(300) });
  const drive = driveKraken(simulator, { clock });
  let newest = 299;
  const fault = simulator.inject({
    kind: "process",
    times: Number.POSITIVE_INFINITY,
    process: () => simulator.removeTrade(tradeId(newest--)),
  });
  expect(await codeOf(drive.run())).toBe("PAGING_UNSTABLE");
  expect(fault.fired).toBe(8);
});

test("trap 3: a count that is too high ends the window with a coverage gap, after a second look", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(70) });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({
    kind: "transform",
    times: Number.POSITIVE_INFINITY,
    transform: ({ trades }) => ({ trades, count: 74 }),
  });
  await drive.run();
  expect(fault.fired).toBe(3);
  expect(drive.executions.size).toBe(70);
  expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toEqual([
    expect.objectContaining({ reason: expect.stringMatching(/4 of the rows/) }),
  ]);
  expect(drive.coverages.flatMap(({ covered }) => covered)).toEqual([]);
  expect(drive.cursor?.windows).toEqual([]);
});

test("trap 3: pages that stay empty where the count promises rows end the window with a coverage gap", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  const empty = (ofs: string | undefined) => Number(ofs) > 0;
  const fault = simulator.inject({
    kind: "transform",
    times: Number.POSITIVE_INFINITY,
    transform: ({ trades, count }) =>
      empty(simulator.requests.at(-1)?.parameters.ofs) ? { trades: {}, count } : { trades, count },
  });
  await drive.run();
  expect(fault.fired).toBeGreaterThan(1);
  // Told by the count, and by the ledger, which names the fills that are missing.
  expect(drive.coverages.flatMap(({ missing = [] }) => missing)).toMatchObject([
    { reason: expect.stringMatching(/stayed empty; Kraken's ledger has (?:70|6\d) trade\(s\)/) },
  ]);
  expect(drive.coverages.flatMap(({ covered }) => covered)).toEqual([]);
  expect(drive.diagnostics).toEqual([]);
  expect(drive.executions.size).toBe(50);
});

test.each([
  ["absent", () => undefined],
  ["text", (count: number) => String(count)],
  ["changing", (count: number, page: number) => count - page],
  ["nonsense", () => "many"],
])("trap 4: a count that is %s changes nothing", async (_name, countOf) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(170) });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({
    kind: "transform",
    times: Number.POSITIVE_INFINITY,
    transform: ({ trades }) => ({ trades, count: countOf(170, drive.pages) }),
  });
  await drive.run();
  expect(fault.fired).toBe(4);
  expect([...drive.executions.keys()].sort()).toEqual(numbers(170));
  expect(drive.diagnostics).toEqual([]);
});

test.each([
  [0, 1],
  [1, 1],
  [49, 1],
  [50, 2],
  [51, 2],
  [99, 3],
  [100, 3],
])("trap 5: an account of %i fills takes %i requests", async (count, requests) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(count) });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect(drive.executions.size).toBe(count);
  expect(drive.requests()).toHaveLength(requests);
});

test("trap 6: a window that ends in the future terminates", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(60) });
  const drive = driveKraken(simulator, { clock });
  const to = instant("2099-01-01T00:00:00Z");
  await drive.run({ window: { to } });
  await drive.run({ window: { to } });
  expect(drive.executions.size).toBe(60);
  for (const { parameters } of drive.requests()) expect(Number(parameters.end)).toBeLessThan(clock.now() / 1000);
});

test("trap 7: 120 fills with one timestamp are all imported once", async () => {
  const clock = testClock();
  const trades = manyTrades(120, () => ({ time: "1700000000.5" }));
  await using simulator = await startKrakenSimulator({ clock, trades });
  const drive = driveKraken(simulator, { clock });
  await drive.run();
  expect([...drive.executions.keys()].sort()).toEqual(numbers(120));
  expect(drive.records).toHaveLength(120);
});

test("trap 41: a page that fails for good leaves a cursor that claims only what was yielded", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(230) });
  const drive = driveKraken(simulator, { clock });
  const fault = simulator.inject({ kind: "http", status: 520, afterRequests: 2, times: Number.POSITIVE_INFINITY });
  expect(await codeOf(drive.run())).toBe("BROKER_UNAVAILABLE");
  expect(fault.fired).toBe(5);
  expect(drive.executions.size).toBe(99);
  expect(drive.cursor?.windows).toHaveLength(1);
  fault.remove();
  await drive.run();
  expect([...drive.executions.keys()].sort()).toEqual(numbers(230));
});

test("trap 41: a walk killed after every page ends with the same fills", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(330) });
  const drive = driveKraken(simulator, { clock });
  let runs = 0;
  do {
    await drive.run({ stopAfterPages: 1 });
    runs += 1;
  } while (runs < 50 && drive.cursor?.windows.length !== 0);
  expect([...drive.executions.keys()].sort()).toEqual(numbers(330));
  expect(runs).toBeLessThan(20);
});

// LONG_TESTS=1 is the long run of `.ci/run`.
const bulk = process.env.LONG_TESTS === "1" ? 10_050 : 2_050;

test(`trap 42: ${bulk} fills are imported without a silent bound`, async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(bulk), tier: "pro" });
  const drive = driveKraken(simulator, { clock, settings: { tier: "pro" } });
  await drive.run();
  expect(drive.executions.size).toBe(bulk);
  expect(drive.diagnostics).toEqual([]);
  expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
}, 30_000);
