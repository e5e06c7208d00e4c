import { setTimeout as realWait } from "node:timers/promises";
import { ibkrTws } from "@fillbook/connector-ibkr";
import { simulatedInstruments, type TwsFault } from "@fillbook/connector-ibkr/simulator";
import { EventName, IBApi } from "@stoqey/ib";
import { expect, test } from "vitest";
import { testClock } from "./support/ibkr-flex-world.ts";
import { aTwsWorld, quick, type TwsWorld, twsStartMs } from "./support/ibkr-tws-world.ts";

// Goal: whatever becomes of a line, a job ends in time, leaves no connection behind, and the next one is right. Method:
// the simulator breaks off, falls silent or talks nonsense at each of its messages in turn.

const shares = { instrument: simulatedInstruments.qqq, side: "buy", price: "590.25" } as const;

async function aDay(options: Parameters<typeof aTwsWorld>[0] = {}): Promise<TwsWorld> {
  const world = await aTwsWorld(options);
  world.simulator.addFills({ ...shares, quantity: "10" }, { ...shares, quantity: "20" });
  return world;
}

/** All that counts of a fill. */
const facts = async (world: TwsWorld) =>
  (await world.canonical()).map(({ executionId, quantity, price, fees }) => ({ executionId, quantity, price, fees }));

/** A run whose limits no busy machine reaches. */
const patientRun = (world: TwsWorld) => world.run({ connectors: [ibkrTws({ ...world.policy, timeouts: quick })] });

async function goodDay() {
  await using world = await aDay();
  await world.run();
  return { messages: world.tws.messages, expected: await facts(world) };
}

test.each(["close", "half"] as const)("line: ended (%s) at every message, the next run completes", async (kind) => {
  const { messages, expected } = await goodDay();
  expect(messages).toBe(11);
  for (let atMessage = 1; atMessage <= messages; atMessage += 1) {
    await using world = await aDay({ policy: { retries: { retriesMax: 0 } } });
    const fault = world.tws.inject({ kind, atMessage });
    const report = await world.run();
    expect(fault.fired).toBe(1);
    const inHandshake = atMessage <= 3;
    expect(report.status).toBe(inHandshake || report.stats.fetched === 0 ? "failed" : "partial");
    expect(report.error).toMatchObject({ code: "NETWORK", recovery: "retry" });
    await world.closed();
    world.clock.advance(900_000);
    expect(await world.run()).toMatchObject({ status: "succeeded", stats: { conflicts: 0 } });
    expect(await facts(world), `message ${atMessage}`).toEqual(expected);
  }
});

test("line: one that breaks is opened again within the run, which asks again", async () => {
  const { expected } = await goodDay();
  await using world = await aDay();
  world.tws.inject({ kind: "close", atMessage: 8 });
  expect(await world.run()).toMatchObject({ status: "succeeded", stats: { inserted: 2 } });
  expect([world.tws.connected, world.asked().length]).toEqual([2, 2]);
  expect(await facts(world)).toEqual(expected);
});

test("line: silent at every message, the job ends in its time, and the next run completes", async () => {
  const { messages, expected } = await goodDay();
  for (let atMessage = 1; atMessage <= messages; atMessage += 1) {
    await using world = await aDay({ policy: { timeouts: { connectMs: 80, answerMs: 80 } } });
    const fault = world.tws.inject({ kind: "silence", atMessage });
    const startMs = performance.now();
    const report = await world.run();
    expect(performance.now() - startMs).toBeLessThan(3_000);
    // Codes of farms may be missing: nobody waits for them, but what comes behind them is not told either.
    expect(report.error).toMatchObject({ code: "TIMEOUT", recovery: "retry" });
    expect(report.status).toBe(report.stats.fetched === 0 ? "failed" : "partial");
    await world.closed();
    // On a busy machine the run may have ended before that message.
    fault.remove();
    world.clock.advance(900_000);
    expect(await patientRun(world)).toMatchObject({ error: null });
    expect(await facts(world), `message ${atMessage}`).toEqual(expected);
  }
});

test("line: an abort ends a wait at once and closes the connection", async () => {
  for (const atMessage of [1, 3, 7, 11]) {
    await using world = await aDay();
    const aborter = new AbortController();
    world.tws.inject({ kind: "process", atMessage, process: () => aborter.abort() });
    world.tws.inject({ kind: "silence", atMessage });
    expect((await world.run({ signal: aborter.signal })).error).toMatchObject({ code: "ABORTED" });
    await world.closed();
  }
});

const nonsense: readonly (readonly [string, TwsFault])[] = [
  ["a length that makes the library wait for ever", bytes(0xff, 0xff, 0xff, 0xfc, 0)],
  ["another server's answer", { kind: "bytes", atMessage: 1, bytes: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") }],
  ["an execution that ends too early", words("11", "1", "12", "320227571", "QQQ")],
  ["a commission that ends too early", words("59", "1", "0000e0d5.01.01.01")],
];

function bytes(...values: readonly number[]): TwsFault {
  return { kind: "bytes", atMessage: 7, bytes: Uint8Array.from(values) };
}

function words(...tokens: readonly string[]): TwsFault {
  return { kind: "tokens", atMessage: 7, tokens };
}

test.each(nonsense)("line: %s ends the run and not the process, and the next run completes", async (_name, fault) => {
  const { expected } = await goodDay();
  await using world = await aDay({ policy: { timeouts: { connectMs: 250, answerMs: 250 } } });
  const injected = world.tws.inject(fault);
  const report = await world.run();
  expect(report.error?.code).toBe("PROTOCOL");
  await world.closed();
  injected.remove();
  world.clock.advance(900_000);
  expect((await patientRun(world)).error).toBeNull();
  expect(await facts(world)).toEqual(expected);
});

test("code 502: a gateway that does not run is told as such", async () => {
  await using world = await aDay();
  await world.tws.close();
  const { status, error } = await world.run();
  expect({ status, code: error?.code }).toEqual({ status: "failed", code: "NETWORK" });
  expect(error?.message).toMatch(/127\.0\.0\.1:\d+ cannot be reached.*502/);
});

test("code 326: a client id in use is tried again, then told; when it is free the run goes on", async () => {
  await using world = await aDay();
  const other = new IBApi({ host: world.tws.host, port: world.tws.port });
  await new Promise<void>((resolve) => {
    other.once(EventName.nextValidId, () => resolve());
    other.connect(71);
  });
  const report = await world.run();
  expect(report.error).toMatchObject({ code: "LOCKED_OUT", recovery: "wait" });
  expect(world.tws.connected).toBe(1 + 3);
  other.disconnect();
  await world.closed();
  world.clock.advance(900_000);
  expect((await world.run()).error).toBeNull();
});

test("code 326: one that is still being freed costs a moment", async () => {
  await using world = await aDay();
  world.tws.inject({ kind: "code", code: 326, atMessage: 2 });
  expect(await world.run()).toMatchObject({ error: null, stats: { inserted: 2 } });
});

test("line: two connections that share a client id take turns", async () => {
  const accounts = [{ accountId: "U1234567" }, { accountId: "U7654321" }];
  // Waits take a real moment, as long as the other run needs.
  const clock = { ...testClock(twsStartMs), sleep: () => realWait(10) };
  await using world = await aTwsWorld({ clock, simulator: { accounts } });
  const other = await world.connect("U7654321");
  world.simulator.addFills({ ...shares, quantity: "1" }, { ...shares, quantity: "2", accountId: "U7654321" });
  const reports = await Promise.all([world.run(), world.run({ connectionId: other })]);
  expect(reports.map(({ error, stats }) => [error, stats.inserted])).toEqual([
    [null, 1],
    [null, 1],
  ]);
  expect(
    world.logged.filter((one) => typeof one === "object" && one !== null && "code" in one && one.code === 326),
  ).toEqual([]);
});

test.each([
  [503, "FEATURE_UNAVAILABLE"],
  [504, "NETWORK"],
  [507, "PROTOCOL"],
  [1300, "NETWORK"],
] as const)("code %i ends the run as %s", async (code, expected) => {
  await using world = await aDay({ policy: { retries: { retriesMax: 0 } } });
  world.tws.inject({ kind: "code", code, atMessage: 7 });
  expect((await world.run()).error?.code).toBe(expected);
  await world.closed();
});

test("line: a server that is too old is told as such", async () => {
  await using world = await aDay({ tws: { serverVersion: 60 } });
  expect((await world.run()).error).toMatchObject({ code: "FEATURE_UNAVAILABLE", recovery: "fix-config" });
});
