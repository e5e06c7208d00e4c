import { kraken } from "@fillbook/connector-kraken";
import { startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { type Clock, createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { testClock } from "./support/drive-kraken.ts";
import { manyTrades } from "./support/made-trades.ts";

// Goal: one key is paced, and a lockout kept, as if all workers had one clock. Method: two workers whose clocks are a minute off,
// by turns; the simulator's counter goes by the true time.

test.each([60_000, -60_000, 3_600_000])("workers %i ms apart keep to the limit of their key", async (apartMs) => {
  await using world = await aWorld(apartMs);
  const { simulator, workers, clock, id } = world;
  for (let turn = 0; turn < 10; turn += 1) {
    for (const book of workers) {
      expect(ranReport(await book.ingest({ connectionId: id, mode: "manual" })).error).toBeNull();
      clock.advance(1_000);
    }
  }
  expect(simulator.requests.length).toBeGreaterThan(40);
  expect(simulator.requests.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
});

test.each([60_000, -60_000])("a lockout ends for no worker before its time, %i ms apart", async (apartMs) => {
  await using world = await aWorld(apartMs);
  const { simulator, workers, clock, id } = world;
  const [first, second] = workers;
  const lockout = simulator.inject({ kind: "error", errors: ["EGeneral:Temporary lockout"] });
  const locked = ranReport(await first.ingest({ connectionId: id, mode: "manual" }));
  expect(locked.error).toMatchObject({ code: "LOCKED_OUT" });
  lockout.remove();
  const untilMs = clock.now() + (locked.error?.retryAfterMs ?? 0);
  const asked = simulator.requests.length;
  clock.advance((locked.error?.retryAfterMs ?? 0) - 30_000);
  await second.ingest({ connectionId: id, mode: "manual" });
  const sent = simulator.requests.slice(asked);
  expect(sent.filter(({ atMs }) => atMs < untilMs)).toEqual([]);
  expect(sent.length).toBeGreaterThan(0);
});

test.each([60_000, -60_000])("a lockout holds for a check too, %i ms apart", async (apartMs) => {
  await using world = await aWorld(apartMs);
  const { simulator, workers, clock, id } = world;
  simulator.inject({ kind: "error", errors: ["EGeneral:Temporary lockout"] });
  const [first, second] = workers;
  const locked = ranReport(await first.ingest({ connectionId: id, mode: "manual" }));
  const untilMs = clock.now() + (locked.error?.retryAfterMs ?? 0);
  const asked = simulator.requests.length;
  clock.advance((locked.error?.retryAfterMs ?? 0) - 30_000);
  await second
    .forUser("ada")
    .reconnect(id)
    .catch(() => undefined);
  expect(simulator.requests.slice(asked).filter(({ atMs }) => atMs < untilMs)).toEqual([]);
  clock.advance(60_000);
  expect((await second.forUser("ada").reconnect(id)).status).toBe("active");
});

async function aWorld(apartMs: number) {
  const clock = testClock();
  const simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const { apiKey, apiSecret } = simulator.key;
  const store = memoryStore({ clock });
  // A host's workers are processes: each has a connector of its own.
  const worker = (offMs: number) => {
    const off: Clock = { now: () => clock.now() + offMs, sleep: clock.sleep };
    const credentials = async () => ({ apiKey, apiSecret });
    return createFillbook({ store, connectors: [kraken({ baseUrl: simulator.url })], credentials, clock: off });
  };
  const workers = [worker(apartMs), worker(0)] as const;
  const { id } = await workers[1].forUser("ada").connect({ connector: "kraken" });
  return { clock, simulator, workers, id, [Symbol.asyncDispose]: () => simulator.close() };
}
