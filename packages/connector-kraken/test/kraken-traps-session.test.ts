import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { codeOf, driveKraken, memoryState, startMs, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { manyTrades } from "./support/made-trades.ts";

test("trap 32: two workers with one key are serialized, and each nonce is larger than the one before", async () => {
  const clock = testClock();
  const state = memoryState();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(400) });
  const workers = [driveKraken(simulator, { clock, state }), driveKraken(simulator, { clock, state })];
  await Promise.all(workers.map((worker) => worker.run()));
  for (const worker of workers) expect(worker.executions.size).toBe(400);
  expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  const nonces = simulator.requests.flatMap(({ nonce }) => (nonce === null ? [] : [BigInt(nonce)]));
  expect(nonces).toEqual([...nonces].sort((left, right) => (left < right ? -1 : 1)));
  expect(new Set(nonces).size).toBe(nonces.length);
});

test("trap 32: a request in flight keeps other workers out until it is answered", async () => {
  const clock = testClock();
  const state = memoryState();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(3) });
  const slow = simulator.inject({ kind: "slow-headers", waitMs: 60 });
  const workers = [driveKraken(simulator, { clock, state }), driveKraken(simulator, { clock, state })];
  await Promise.all(workers.map((worker) => worker.run()));
  expect(slow.fired).toBe(1);
  const [first, second] = workers[0]?.requests() ?? [];
  expect(second?.atMs ?? 0).toBeGreaterThan(first?.atMs ?? 0);
  expect(simulator.requests.filter(({ outcome }) => outcome === "EAPI:Invalid nonce")).toEqual([]);
});

test("trap 33: a clock that jumps back an hour, and a restart in the same millisecond, keep nonces growing", async () => {
  const clock = testClock();
  const state = memoryState();
  // Kraken's own clock goes on.
  const brokers = { now: () => startMs + clock.sleptMs };
  await using simulator = await startKrakenSimulator({ clock: brokers, trades: manyTrades(60) });
  await driveKraken(simulator, { clock, state }).run();
  await driveKraken(simulator, { clock, state }).run();
  clock.set(startMs - 3_600_000);
  const last = driveKraken(simulator, { clock, state });
  await last.run();
  expect(last.executions.size).toBe(60);
  expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  expect(clock.now()).toBeLessThan(startMs - 3_500_000);
});

test("trap 34: a rate limit in the middle of a run is waited for, and the same page is asked again", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(170), historyCost: 4 });
  const drive = driveKraken(simulator, { clock, policy: { historyCost: 4 } });
  const fault = simulator.inject({ kind: "error", errors: ["EAPI:Rate limit exceeded"], afterRequests: 1 });
  await drive.run();
  expect(fault.fired).toBe(1);
  expect(drive.executions.size).toBe(170);
  const offsets = drive.requests().map(({ parameters }) => parameters.ofs);
  expect(offsets).toEqual(["0", "49", "49", "98", "147"]);
  const [, limited, again] = drive.requests();
  expect((again?.atMs ?? 0) - (limited?.atMs ?? 0)).toBeGreaterThanOrEqual(12_121);
});

test("trap 34: a key that another program drains is waited for by the broker's own counter", async () => {
  const clock = testClock();
  const state = memoryState();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(300), historyCost: 4 });
  await driveKraken(simulator, { clock, state }).run({ stopAfterPages: 3 });
  // A worker that lost the state knows nothing of the counter, nor of the last nonce, which lies before its own clock.
  clock.advance(1_000);
  const stranger = driveKraken(simulator, { clock });
  await stranger.run();
  expect(stranger.executions.size).toBe(300);
  expect(simulator.requests.some(({ outcome }) => outcome === "EAPI:Rate limit exceeded")).toBe(true);
});

test.each([
  ["starter", 2, 0.33, tradesOnly],
  ["starter", 4, 0.33, tradesOnly],
  ["intermediate", 2, 0.5, tradesOnly],
  ["intermediate", 4, 0.5, tradesOnly],
  ["pro", 2, 1, tradesOnly],
  ["pro", 4, 1, tradesOnly],
  ["starter", 2, 0.33, {}],
  ["starter", 4, 0.33, {}],
] as const)(
  "pacing: a run on tier %s at %i points a page loses no time",
  async (tier, cost, decayPerSecond, settings) => {
    const clock = testClock();
    await using simulator = await startKrakenSimulator({ clock, tier, historyCost: cost, trades: manyTrades(2_000) });
    const drive = driveKraken(simulator, { clock, settings: { tier, ...settings } });
    await drive.run();
    // Kraken does not say what a page costs: the dearer price is learned from one refusal.
    const refused = simulator.requests.filter(({ outcome }) => outcome !== "ok");
    expect(refused).toHaveLength(cost === 4 ? 1 : 0);
    const max = tier === "starter" ? 15 : 20;
    const calls = drive.requests().length + drive.requests("Ledgers").length;
    const optimumMs = ((calls * cost - max) / decayPerSecond) * 1000;
    expect(clock.sleptMs).toBeLessThanOrEqual(optimumMs * 1.05);
  },
);

test.each([
  ["a line break inside", "abcd\nefgh"],
  ["text that is not base64", "not-base64!!"],
  ["a cut end", "abcde"],
  ["nothing", " \n "],
])("trap 49: a secret with %s is refused before any request, without its value", async (_name, apiSecret) => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock });
  const drive = driveKraken(simulator, { clock, credentials: { apiSecret } });
  expect(await codeOf(drive.run())).toBe("CREDENTIALS_MALFORMED");
  const error = await drive.check().then(String, String);
  expect(error).toMatch(/apiSecret/);
  if (apiSecret.trim() !== "") expect(error).not.toContain(apiSecret);
  expect(simulator.requests).toEqual([]);
});

test("trap 49: spaces and line breaks around key and secret are taken off", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(2) });
  const { apiKey, apiSecret } = simulator.key;
  const drive = driveKraken(simulator, {
    clock,
    credentials: { apiKey: ` ${apiKey}\n`, apiSecret: `\t${apiSecret}\r\n` },
  });
  await drive.run();
  expect(drive.executions.size).toBe(2);
});

test("trap 50: each call has its own nonce, whatever was called before", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock, settings: tradesOnly });
  await drive.check();
  await drive.run();
  await drive.check();
  const nonces = simulator.requests.flatMap(({ nonce }) => (nonce === null ? [] : [nonce]));
  expect(new Set(nonces).size).toBe(nonces.length);
  expect(nonces).toHaveLength(6);
});
