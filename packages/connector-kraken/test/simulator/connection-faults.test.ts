import { get } from "node:http";
import { expect, test } from "vitest";
import { type InjectedFault, type KrakenSimulator, startKrakenSimulator } from "../../src/simulator/index.ts";
import { idsOf, post, trade } from "./simulator-client.ts";

test("simulator: the connection is reset before the first byte", async () => {
  await using simulator = await startKrakenSimulator();
  const fault = simulator.inject({ kind: "reset-before-answer" });
  const failure = await post(simulator, "TradesHistory").catch((error: Error) => error.cause);
  expect(failure).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) });
  expect(fault.fired).toBe(1);
  expect(simulator.requests[0]).toMatchObject({ outcome: "fault: reset-before-answer", status: 0 });
  expect(await idsOf(simulator)).toEqual([]);
});

test("simulator: the connection ends after half the body", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  const fault = simulator.inject({ kind: "reset-after-half" });
  const response = await post(simulator, "TradesHistory");
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(fault.fired).toBe(1);
});

test("simulator: a huge body is streamed, and valid", async () => {
  await using simulator = await startKrakenSimulator();
  const fault = simulator.inject({ kind: "huge-body", sizeBytes: 300_000 });
  const response = await post(simulator, "TradesHistory");
  expect(response.headers.get("content-length")).toBeNull();
  const text = await response.text();
  expect(text).toHaveLength(300_000);
  expect(JSON.parse(text).result.count).toBe(0);
  expect(fault.fired).toBe(1);
});

test("simulator: a client may leave a huge body", async () => {
  await using simulator = await startKrakenSimulator();
  simulator.inject({ kind: "huge-body", sizeBytes: 10_000_000_000 });
  const response = await post(simulator, "TradesHistory");
  await response.body?.cancel();
  expect(await idsOf(simulator)).toEqual([]);
});

test("simulator: headers can be slow", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  const fault = simulator.inject({ kind: "slow-headers", waitMs: 60_000 });
  const leaving = leaveWhenFired(fault);
  await expect(post(simulator, "TradesHistory", {}, { signal: leaving })).rejects.toThrow();
  simulator.inject({ kind: "slow-headers", waitMs: 1 });
  expect(await idsOf(simulator)).toEqual(["TA"]);
  expect(fault.fired).toBe(1);
});

test("simulator: a body can drip", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  const fault = simulator.inject({ kind: "drip-body", waitMs: 1, chunkBytes: 100 });
  const response = await post(simulator, "TradesHistory");
  let pieces = 0;
  let text = "";
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    pieces += 1;
    text += piece;
  }
  expect(pieces).toBeGreaterThan(1);
  expect(JSON.parse(text).result.count).toBe(1);
  expect(fault.fired).toBe(1);
});

test("simulator: a request may never be answered, until the client leaves", async () => {
  await using simulator = await startKrakenSimulator();
  const fault = simulator.inject({ kind: "never-answers" });
  const leaving = leaveWhenFired(fault);
  await expect(post(simulator, "TradesHistory", {}, { signal: leaving })).rejects.toThrow();
  expect(fault.fired).toBe(1);
  expect(simulator.requests[0]).toMatchObject({ outcome: "fault: never-answers", status: 0 });
});

test("simulator: close ends every open connection, and may be called twice", async () => {
  const simulator = await startKrakenSimulator();
  simulator.inject({ kind: "never-answers", path: "Time" });
  const hung = openRequest(simulator);
  await hung.sent;
  await simulator.close();
  await simulator.close();
  await expect(hung.ended).resolves.toBe("ECONNRESET");
  await expect(fetch(simulator.url)).rejects.toThrow();
});

function openRequest(simulator: KrakenSimulator): { sent: Promise<void>; ended: Promise<string> } {
  const request = get(`${simulator.url}/0/public/Time`);
  const ended = new Promise<string>((resolve) => {
    request.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  const sent = until(() => simulator.requests.length > 0);
  return { sent, ended };
}

/** A client that gives up as soon as its request is stuck, however slow the machine is. */
function leaveWhenFired(fault: InjectedFault): AbortSignal {
  const leaving = new AbortController();
  void until(() => fault.fired > 0).then(() => leaving.abort());
  return leaving.signal;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
