import { type FlexTokenOptions, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { type Json, silentLogger } from "@fillbook/core";
import { expect, onTestFinished, test } from "vitest";
import { flexClient, flexStateKey, flexTransport } from "../src/flex-client.ts";
import { flexJob } from "../src/flex-job.ts";
import { type IbkrFlexPolicy, readFlexPolicy } from "../src/flex-policy.ts";
import { testClock } from "./support/ibkr-flex-world.ts";

/** Shared state in memory, JSON all through. */
function memoryState() {
  const stored = new Map<string, { value: Json; version: number }>();
  return {
    stored,
    read: async (key: string) => structuredClone(stored.get(key) ?? null),
    async write(key: string, value: Json, version: number) {
      if ((stored.get(key)?.version ?? 0) !== version) return false;
      stored.set(key, { value: JSON.parse(JSON.stringify(value)), version: version + 1 });
      return true;
    },
  };
}

async function setup({ tokens, policy }: { tokens?: readonly FlexTokenOptions[]; policy?: IbkrFlexPolicy } = {}) {
  const clock = testClock();
  const simulator = await startIbkrSimulator({ clock, ...(tokens === undefined ? {} : { tokens }) });
  onTestFinished(() => simulator.close());
  const state = memoryState();
  const { signal } = new AbortController();
  const read = readFlexPolicy({ baseUrl: simulator.url, random: () => 0.5, ...policy });
  // Each client is that of another process: nothing but the state is shared.
  const open = (token = simulator.token.token) =>
    flexClient(flexTransport(read), { token, state, clock, signal, logger: silentLogger });
  const queryId = simulator.query("AF").id;
  const job = (holder: string, waitMaxMs = 900_000) =>
    flexJob({ stateKey: "key", holder, state, clock, signal, random: () => 0.5, waitMaxMs });
  return { clock, simulator, state, open, queryId, job };
}

test("limits: processes that share a token stay within one request a second and ten a minute", async () => {
  const { simulator, open, queryId } = await setup();
  const sends = Array.from({ length: 24 }, () => open().sendRequest({ queryId, days: null }));
  await Promise.all(sends);
  const times = simulator.requests.map(({ atMs }) => atMs).sort((left, right) => left - right);
  expect(times).toHaveLength(24);
  for (const start of times) {
    expect(times.filter((time) => time >= start && time < start + 1_000)).toHaveLength(1);
    expect(times.filter((time) => time >= start && time <= start + 60_000).length).toBeLessThanOrEqual(10);
  }
  expect(simulator.refusals).toEqual({});
});

test("limits: another token has its own", async () => {
  const { simulator, open, queryId, clock } = await setup({ tokens: [{ token: "111" }, { token: "222" }] });
  const startedMs = clock.now();
  await Promise.all(["111", "222"].map((token) => open(token).sendRequest({ queryId, days: null })));
  expect(simulator.requests.every(({ atMs }) => atMs - startedMs < 1_000)).toBe(true);
});

test("state: the token is in no key and no value", async () => {
  const { simulator, open, queryId, state } = await setup();
  simulator.inject({ kind: "error", code: "1018" });
  await open().sendRequest({ queryId, days: null });
  const { token } = simulator.token;
  expect(JSON.stringify([...state.stored])).not.toContain(token);
  expect(flexStateKey(token)).toMatch(/^flex:token:[0-9a-f]{64}$/);
});

test("request: days go as fd and td, the saved period as neither", async () => {
  const { simulator, open, queryId } = await setup();
  await open().sendRequest({ queryId, days: null });
  await open().sendRequest({ queryId, days: { from: "2026-01-05", to: "2026-01-30" } });
  const asked = simulator.requests.map(({ parameters: { q, v, fd, td, p } }) => ({ q, v, fd, td, p }));
  expect(asked).toEqual([
    { q: queryId, v: "3", fd: undefined, td: undefined, p: undefined },
    { q: queryId, v: "3", fd: "20260105", td: "20260130", p: undefined },
  ]);
});

test.each([
  [{ kind: "http", status: 503, times: 9 }, "BROKER_UNAVAILABLE"],
  [{ kind: "http", status: 403, times: 9 }, "BROKER_UNAVAILABLE"],
  [{ kind: "http", status: 404, times: 9 }, "PROTOCOL"],
  [{ kind: "http", status: 302, times: 9 }, "NETWORK"],
  [{ kind: "html", times: 9 }, "PROTOCOL"],
  [{ kind: "empty-body", times: 9 }, "PROTOCOL"],
  [{ kind: "never-answers", times: 9 }, "TIMEOUT"],
  [{ kind: "reset-before-answer", times: 9 }, "NETWORK"],
] as const)("gateway: %j is %s after bounded tries", async (fault, code) => {
  const policy = { retries: { retriesMax: 2 }, timeouts: { headersMs: 150 } };
  const { simulator, open, queryId } = await setup({ policy });
  simulator.inject(fault);
  await expect(open().sendRequest({ queryId, days: null })).rejects.toMatchObject({ code });
  expect(simulator.requests).toHaveLength(3);
});

test("gateway: 429 silences the token for a minute", async () => {
  const { simulator, open, queryId } = await setup();
  simulator.inject({ kind: "http", status: 429 });
  await open().sendRequest({ queryId, days: null });
  const [first, second] = simulator.requests;
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
});

test("answer: 'url' in small letters is read like 'Url', a missing one is none", async () => {
  const { simulator, open, queryId } = await setup();
  simulator.inject({ kind: "url", url: "https://evil.example/GetStatement", element: "url" });
  expect(await open().sendRequest({ queryId, days: null })).toMatchObject({ kind: "sent", url: null });
  const own = `${simulator.url}/GetStatement`;
  simulator.inject({ kind: "url", url: own, element: "url" });
  expect(await open().sendRequest({ queryId, days: null })).toMatchObject({ kind: "sent", url: own });
});

test("job: another holder waits until the first one gives it back", async () => {
  const { job, clock } = await setup();
  const first = job("one");
  const second = job("two");
  await first.hold();
  const startedMs = clock.now();
  const waiting = second.hold();
  await clock.sleep(30_000);
  await first.release();
  await waiting;
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(30_000);
  await second.release();
});

test("job: one that its holder left behind runs out, and the holder itself gets it back at once", async () => {
  const { job, clock } = await setup();
  await job("one").hold();
  const startedMs = clock.now();
  await job("one").hold();
  expect(clock.now()).toBe(startedMs);
  await job("two").hold();
  expect(clock.now() - startedMs).toBeGreaterThanOrEqual(240_000);
});

test("job: one that is held too long is RATE_LIMITED with the time to wait", async () => {
  const { job } = await setup();
  await job("one").hold();
  await expect(job("two", 10_000).hold()).rejects.toMatchObject({
    code: "RATE_LIMITED",
    retryAfterMs: expect.any(Number),
  });
});

test("job: a clock that was put back blocks nobody for longer than a lease", async () => {
  const { job, clock } = await setup();
  await job("one").hold();
  clock.advance(-86_400_000);
  const startedMs = clock.now();
  await job("two").hold();
  expect(clock.now() - startedMs).toBeLessThan(900_000);
});
