import { type AnswerFault, type SimulatorFaultScope, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { expect, test } from "vitest";
import { codeOf, driveKraken, startMs, testClock, tradesOnly } from "./support/drive-kraken.ts";
import { manyTrades } from "./support/made-trades.ts";

type Fault = AnswerFault & SimulatorFaultScope;

async function struck(fault: Fault, count = 60) {
  const clock = testClock();
  const simulator = await startKrakenSimulator({ clock, trades: manyTrades(count) });
  const drive = driveKraken(simulator, { clock, settings: tradesOnly });
  return { clock, drive, simulator, fault: simulator.inject(fault) };
}

const always = Number.POSITIVE_INFINITY;

test.each<[string, Fault, string, number]>([
  ["an error", { kind: "error", errors: ["EGeneral:Internal error"], times: always }, "BROKER_ERROR", 5],
  [
    "an error and result null",
    { kind: "error", errors: ["EGeneral:Internal error:7"], result: "null", times: always },
    "BROKER_ERROR",
    5,
  ],
  [
    "an error and result {}",
    { kind: "error", errors: ["EGeneral:Invalid arguments:ofs"], result: "empty" },
    "REQUEST_INVALID",
    1,
  ],
  ["no error and no result", { kind: "envelope", result: "absent", times: always }, "PROTOCOL", 5],
  ["no error and result null", { kind: "envelope", result: "null", times: always }, "PROTOCOL", 5],
  ["no error and result {}", { kind: "envelope", result: "empty", times: always }, "PROTOCOL", 5],
  ["an empty body", { kind: "empty-body", times: always }, "PROTOCOL", 5],
  ["null", { kind: "null-body", times: always }, "PROTOCOL", 5],
  ["a web page", { kind: "http", status: 200, times: always }, "BROKER_UNAVAILABLE", 5],
  ["a firewall's page", { kind: "http", status: 403, times: always }, "BROKER_UNAVAILABLE", 5],
])("trap 27: HTTP 200 or a gateway with %s is never 'no trades'", async (_name, fault, code, requests) => {
  const run = await struck(fault);
  await using _ = run.simulator;
  expect(await codeOf(run.drive.run())).toBe(code);
  expect(run.fault.fired).toBe(requests);
  expect(run.drive.pages).toBe(0);
});

test("trap 28: an error rejects the page, partial result or not", async () => {
  const errors = ["EQuery:Unknown asset pair"];
  const run = await struck({ kind: "error", errors, result: "partial" });
  await using _ = run.simulator;
  expect(await codeOf(run.drive.run())).toBe("REQUEST_INVALID");
  expect(run.fault.fired).toBe(1);
  expect(run.drive.records).toEqual([]);
});

test("trap 28: a warning is logged and the page counts", async () => {
  const run = await struck({ kind: "error", errors: ["WGeneral:Slow"] });
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(1);
  expect(run.drive.executions.size).toBe(60);
  expect(run.drive.logLines).toContainEqual(
    expect.objectContaining({ level: "warn", data: expect.objectContaining({ warnings: ["WGeneral:Slow"] }) }),
  );
});

test.each<[string, Fault]>([
  ...[500, 502, 503, 504, 520, 521, 522, 524, 525, 408].map((status): [string, Fault] => [
    `HTTP ${status}`,
    { kind: "http", status },
  ]),
  ["a reset before the answer", { kind: "reset-before-answer" }],
  ["a reset after half of it", { kind: "reset-after-half" }],
  ["half an answer", { kind: "truncated-json" }],
])("trap 29: after %s the page is read again, with a fresh nonce", async (_name, fault) => {
  const run = await struck({ ...fault, afterRequests: 1 });
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(1);
  expect(run.drive.executions.size).toBe(60);
  const requests = run.drive.requests();
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ nonce }) => nonce)).size).toBe(3);
  expect(requests[2]?.parameters.ofs).toBe(requests[1]?.parameters.ofs);
});

test.each<[string, Fault]>([
  ["gzip", { kind: "gzip" }],
  ["text/html as its type", { kind: "content-type", contentType: "text/html" }],
])("trap 29: an answer with %s is read", async (_name, fault) => {
  const run = await struck(fault);
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(1);
  expect(run.drive.executions.size).toBe(60);
});

test("trap 29: a gateway that stays broken ends the run after four more tries", async () => {
  const run = await struck({ kind: "http", status: 520, times: always });
  await using _ = run.simulator;
  expect(await codeOf(run.drive.run())).toBe("BROKER_UNAVAILABLE");
  expect(run.fault.fired).toBe(5);
  expect(run.clock.sleptMs).toBeGreaterThan(7_000);
});

test("trap 30: one refused nonce is tried once more with a fresh one", async () => {
  const run = await struck({ kind: "error", errors: ["EAPI:Invalid nonce"] });
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(1);
  expect(run.drive.executions.size).toBe(60);
});

test("trap 30: a second refused nonce ends the run with a reason", async () => {
  const run = await struck({ kind: "error", errors: ["EAPI:Invalid nonce"], times: always });
  await using _ = run.simulator;
  await expect(run.drive.run()).rejects.toMatchObject({ code: "NONCE_REJECTED", recovery: "fix-config" });
  expect(run.fault.fired).toBe(2);
});

test("trap 30: a nonce is tried once more in a call, not once more in each of its tries", async () => {
  const run = await struck({ kind: "error", errors: ["EAPI:Invalid nonce"] });
  await using _ = run.simulator;
  const gateway = run.simulator.inject({ kind: "http", status: 520, afterRequests: 1 });
  const again = run.simulator.inject({
    kind: "error",
    errors: ["EAPI:Invalid nonce"],
    afterRequests: 2,
    times: always,
  });
  expect(await codeOf(run.drive.run())).toBe("NONCE_REJECTED");
  expect([run.fault.fired, gateway.fired, again.fired]).toEqual([1, 1, 1]);
});

test("trap 31: a key that was used with larger nonces is told from a bad moment", async () => {
  const clock = testClock();
  const keys = [{ lastNonce: "1900000000000000000" }];
  await using simulator = await startKrakenSimulator({ clock, keys, trades: manyTrades(3) });
  const drive = driveKraken(simulator, { clock });
  await expect(drive.run()).rejects.toMatchObject({
    code: "NONCE_REJECTED",
    message: expect.stringMatching(/another program uses this API key/),
  });
  expect(drive.requests()).toHaveLength(2);
});

test.each([
  [`EService: Throttled: ${startMs / 1000 + 30}`, 30_000],
  [`EService:Throttled:${startMs / 1000 + 30}`, 30_000],
  ["EService:Throttled", 5_000],
  ["EService: Throttled: 99999999999", 120_000],
  ["EService: Throttled: 1", 5_000],
])("trap 35: %j waits for %i ms and goes on", async (error, waitMs) => {
  const run = await struck({ kind: "error", errors: [error] }, 3);
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(1);
  expect(run.drive.executions.size).toBe(3);
  expect(run.clock.sleptMs).toBeGreaterThanOrEqual(waitMs);
  // The counter counts as full, and must make room for the page and for the look at the key.
  expect(run.clock.sleptMs).toBeLessThan(Math.max(waitMs, 15_152) + 1_000);
});

test("trap 36: after a temporary lockout no request is sent for 15 minutes, whoever asks", async () => {
  const run = await struck({ kind: "error", errors: ["EGeneral:Temporary lockout"] });
  await using _ = run.simulator;
  const lockedOut = { code: "LOCKED_OUT", recovery: "wait" };
  await expect(run.drive.run()).rejects.toMatchObject({ ...lockedOut, retryAfterMs: 900_000 });
  expect(run.fault.fired).toBe(1);
  run.clock.advance(899_000);
  const otherWorker = driveKraken(run.simulator, {
    clock: run.clock,
    state: run.drive.state,
    policy: { retries: { waitMaxMs: 0 } },
  });
  await expect(otherWorker.run()).rejects.toMatchObject({ ...lockedOut, retryAfterMs: 1_000 });
  expect(run.drive.requests()).toHaveLength(1);
  run.clock.advance(1_000);
  await otherWorker.run();
  expect(otherWorker.executions.size).toBe(60);
});

test.each([
  ["EAPI:Invalid key", "CREDENTIALS_INVALID"],
  ["EAPI:Invalid signature", "CREDENTIALS_INVALID"],
  ["EGeneral:Permission denied", "PERMISSION_DENIED"],
])("trap 37: %s is exactly one request", async (error, code) => {
  const run = await struck({ kind: "error", errors: [error], times: always });
  await using _ = run.simulator;
  await expect(run.drive.run()).rejects.toMatchObject({ code, recovery: "reauthenticate" });
  expect(run.fault.fired).toBe(1);
  expect(run.simulator.requests).toHaveLength(1);
});

test("trap 38: a missing permission is named", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, keys: [{ permissions: ["query-ledger"] }] });
  await expect(driveKraken(simulator, { clock }).run()).rejects.toMatchObject({
    code: "PERMISSION_DENIED",
    message: expect.stringMatching(/query-closed-trades/),
  });
});

test("trap 40: maintenance is told from a bad moment, and the cursor stays", async () => {
  const clock = testClock();
  await using simulator = await startKrakenSimulator({ clock, trades: manyTrades(120) });
  const drive = driveKraken(simulator, { clock });
  const started = simulator.inject({
    kind: "process",
    afterRequests: 1,
    process: () => simulator.setSystemStatus("maintenance"),
  });
  await expect(drive.run()).rejects.toMatchObject({ code: "MAINTENANCE", recovery: "wait", retryAfterMs: 300_000 });
  expect(started.fired).toBe(1);
  expect(drive.requests("SystemStatus")).toHaveLength(1);
  const { cursor } = drive;
  expect(await codeOf(drive.run())).toBe("MAINTENANCE");
  expect(drive.cursor).toBe(cursor);
  simulator.setSystemStatus("online");
  await drive.run();
  expect(drive.executions.size).toBe(120);
});

test("trap 40: 'unavailable' while Kraken is online is tried again", async () => {
  const run = await struck({ kind: "error", errors: ["EService:Unavailable"], times: 2 });
  await using _ = run.simulator;
  await run.drive.run();
  expect(run.fault.fired).toBe(2);
  expect(run.drive.executions.size).toBe(60);
  expect(run.drive.requests("SystemStatus")).toHaveLength(1);
});
