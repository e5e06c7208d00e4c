import { expect, test } from "vitest";
import { exactNumber, type SimulatorFault, startKrakenSimulator } from "../../src/simulator/index.ts";
import { errorsOf, idsOf, movableClock, post, resultOf, trade, tradesAt } from "./simulator-client.ts";

async function struckAnswer(fault: SimulatorFault): Promise<{ response: Response; text: string }> {
  await using simulator = await startKrakenSimulator({ trades: tradesAt(4, "1700000000") });
  const injected = simulator.inject(fault);
  const response = await post(simulator, "TradesHistory");
  const text = await response.text();
  expect(injected.fired).toBe(1);
  expect(await idsOf(simulator)).toHaveLength(4);
  expect(injected.fired).toBe(1);
  return { response, text };
}

test.each([
  "EAPI:Rate limit exceeded",
  "EService: Throttled: 1782864000",
  "EGeneral:Temporary lockout",
  "EAPI:Invalid nonce",
])("simulator: the error %j can be injected, without a result", async (error) => {
  const { response, text } = await struckAnswer({ kind: "error", errors: [error] });
  expect(response.status).toBe(200);
  expect(JSON.parse(text)).toEqual({ error: [error] });
});

test("simulator: a warning comes with the good result", async () => {
  const { text } = await struckAnswer({ kind: "error", errors: ["WGeneral:Slow"] });
  expect(JSON.parse(text)).toMatchObject({ error: ["WGeneral:Slow"], result: { count: 4 } });
  expect(Object.keys(JSON.parse(text).result.trades)).toHaveLength(4);
});

test("simulator: an error can come with a partial result", async () => {
  const errors = ["EGeneral:Internal error"];
  const { text } = await struckAnswer({ kind: "error", errors, result: "partial" });
  expect(JSON.parse(text)).toMatchObject({ error: errors, result: { count: 4 } });
  expect(Object.keys(JSON.parse(text).result.trades)).toEqual(["TROW-0003", "TROW-0002"]);
});

test.each([
  ["absent", '{"error":[]}'],
  ["null", '{"error":[],"result":null}'],
  ["empty", '{"error":[],"result":{}}'],
] as const)("simulator: the envelope's result can be %s", async (result, expected) => {
  expect((await struckAnswer({ kind: "envelope", result })).text).toBe(expected);
});

test.each([502, 503, 504, 520, 522, 524, 525, 403, 200])("simulator: HTTP %d comes with HTML", async (status) => {
  const { response, text } = await struckAnswer({ kind: "http", status });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(text).toMatch(/^<!DOCTYPE html>/);
});

test("simulator: HTTP 429 says when to come back", async () => {
  const { response } = await struckAnswer({ kind: "http", status: 429, retryAfterSeconds: 7, body: "slow down" });
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
});

test("simulator: empty, null, mistyped and gzip-encoded bodies", async () => {
  expect((await struckAnswer({ kind: "empty-body" })).text).toBe("");
  expect((await struckAnswer({ kind: "null-body" })).text).toBe("null");
  const mistyped = await struckAnswer({ kind: "content-type", contentType: "text/plain" });
  expect(mistyped.response.headers.get("content-type")).toBe("text/plain");
  expect(JSON.parse(mistyped.text).result.count).toBe(4);
  const zipped = await struckAnswer({ kind: "gzip" });
  expect(zipped.response.headers.get("content-encoding")).toBe("gzip");
  expect(JSON.parse(zipped.text).result.count).toBe(4);
});

test("simulator: truncated JSON comes with the length it has", async () => {
  const { response, text } = await struckAnswer({ kind: "truncated-json" });
  expect(Number(response.headers.get("content-length"))).toBe(text.length);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test("simulator: a fault strikes the path, the turn and the number of times it is made for", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")], tier: "pro" });
  const fault = simulator.inject({ kind: "error", errors: ["EService:Busy"], afterRequests: 1, times: 2 });
  const other = simulator.inject({ kind: "http", status: 520, path: "/0/public/AssetPairs", times: Infinity });
  const errors = [];
  for (let calls = 0; calls < 4; calls += 1) errors.push(...(await errorsOf(simulator, "TradesHistory")), "-");
  expect(errors).toEqual(["-", "EService:Busy", "-", "EService:Busy", "-", "-"]);
  expect([fault.fired, other.fired]).toEqual([2, 0]);
  expect((await fetch(`${simulator.url}/0/public/AssetPairs`)).status).toBe(520);
  other.remove();
  expect((await fetch(`${simulator.url}/0/public/AssetPairs`)).status).toBe(200);
  expect(other.fired).toBe(1);
});

test("simulator: faults queue up, and a struck call has used its nonce and its points", async () => {
  await using simulator = await startKrakenSimulator({ clock: movableClock() });
  simulator.inject({ kind: "http", status: 502 });
  simulator.inject({ kind: "error", errors: ["EService:Busy"] });
  expect((await post(simulator, "TradesHistory", {}, { nonce: "9" })).status).toBe(502);
  expect(simulator.counter()).toBe(2);
  expect(await errorsOf(simulator, "TradesHistory", {}, { nonce: "9" })).toEqual(["EAPI:Invalid nonce"]);
  expect(await errorsOf(simulator, "TradesHistory", {}, { nonce: "10" })).toEqual(["EService:Busy"]);
  expect(await errorsOf(simulator, "TradesHistory", {}, { nonce: "11" })).toEqual([]);
  const outcomes = simulator.requests.map(({ outcome, status }) => `${status} ${outcome}`);
  expect(outcomes).toEqual(["502 fault: http", "200 EAPI:Invalid nonce", "200 EService:Busy", "200 ok"]);
});

test("simulator: a process hook can insert a trade between two pages", async () => {
  await using simulator = await startKrakenSimulator({ trades: tradesAt(60, "1700000000") });
  const process = () => simulator.addTrades(trade("THEAD", { time: "1700000001" }));
  const fault = simulator.inject({ kind: "process", process, afterRequests: 1 });
  const first = await idsOf(simulator);
  const second = await idsOf(simulator, { ofs: "50" });
  expect(fault.fired).toBe(1);
  expect(second[0]).toBe(first[49]);
  expect(second).toHaveLength(11);
});

test("simulator: a process hook that throws is a server error, and the log says so", async () => {
  await using simulator = await startKrakenSimulator();
  const process = () => simulator.removeTrade("TX");
  simulator.inject({ kind: "process", process });
  expect((await post(simulator, "TradesHistory")).status).toBe(500);
  expect(simulator.requests[0]?.outcome).toContain("no trade TX");
});

test.each([7, "3", undefined])("simulator: a transform can make the count %j", async (count) => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  const fault = simulator.inject({ kind: "transform", transform: (page) => ({ ...page, count }) });
  expect((await resultOf(simulator, "TradesHistory")).count).toBe(count);
  expect(fault.fired).toBe(1);
});

test("simulator: a transform can rewrite rows, and use __proto__ as an id", async () => {
  await using simulator = await startKrakenSimulator({ trades: [trade("TA")] });
  simulator.inject({
    kind: "transform",
    transform: ({ trades }) => {
      const row = { ...trades.get("TA"), pair: "XBT/USD", time: "1458994442.064", extra: { deep: [1] } };
      return { trades: new Map([["__proto__", row]]), count: exactNumber("1.0") };
    },
  });
  const text = await (await post(simulator, "TradesHistory")).text();
  expect(text).toContain('"trades":{"__proto__":{"ordertxid":"OQCLML-');
  expect(text).toContain('"pair":"XBT/USD","time":"1458994442.064"');
  expect(text).toContain('"extra":{"deep":[1]}}},"count":1.0}}');
});

test("simulator: a transform of another method is a mistake of the test; its text can be changed", async () => {
  await using simulator = await startKrakenSimulator();
  expect(() => simulator.inject({ kind: "transform", path: "Time", transform: () => null })).toThrow("TradesHistory");
  simulator.inject({ kind: "transform-text", path: "Time", transformText: (body) => body.replace("unix", "UNIX") });
  expect(await (await fetch(`${simulator.url}/0/public/Time`)).text()).toContain('"UNIXtime"');
});
