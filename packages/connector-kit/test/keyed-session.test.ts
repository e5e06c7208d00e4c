import { createKeyQueue, keyedSession } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { expect, test } from "vitest";
import { memoryState, never, testClock } from "./support/test-clock.ts";

const startMs = 1_700_000_000_000;

function setup({ clock = testClock(startMs), state = memoryState(), signal = never } = {}) {
  const options = {
    stateKey: "key",
    state,
    clock,
    signal,
    random: () => 0.5,
    limits: { max: 15, decayPerSecond: 0.33 },
  };
  const open = () => keyedSession({ ...options, queue: createKeyQueue(), holdMs: 65_000, pauseWaitMaxMs: 120_000 });
  return { clock, state, open };
}

const nonceOf = async (nonce: string) => nonce;

test("session: nonces are nanoseconds, above every nonce before, also after a restart or a clock put back", async () => {
  const { clock, open } = setup();
  expect(await open().run(1, nonceOf)).toBe("1700000000000000000");
  expect(await open().run(1, nonceOf)).toBe("1700000000000000001");
  clock.set(startMs - 3_600_000);
  expect(await open().run(1, nonceOf)).toBe("1700000000000000002");
  clock.set(startMs + 1);
  expect(await open().run(1, nonceOf)).toBe("1700000000001000000");
});

test("session: processes that share the state run one job at a time, nonces in order", async () => {
  const { open } = setup();
  const begun: bigint[] = [];
  let running = 0;
  const job = async (nonce: string) => {
    running += 1;
    expect(running).toBe(1);
    begun.push(BigInt(nonce));
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => open().run(1, job)));
  expect(begun).toHaveLength(8);
  expect(begun).toEqual([...begun].sort((left, right) => (left < right ? -1 : 1)));
});

test("session: a worker that died with the key held is waited for, then passed over", async () => {
  const { clock, open, state } = setup();
  await open().run(1, async (nonce) => {
    const [entry] = state.stored.values();
    expect(entry?.value).toMatchObject({ hold: { nonce, untilMs: startMs + 65_000 } });
  });
  const value = {
    bucket: { level: 0, atMs: startMs },
    nonce: "5",
    hold: { nonce: "5", untilMs: startMs + 65_000 },
    pause: null,
  };
  state.stored.set("key", { value, version: 9 });
  await open().run(1, nonceOf);
  expect(clock.now()).toBeGreaterThanOrEqual(startMs + 65_000);
});

test("session: a hold of a clock that was put back is no longer than any hold", async () => {
  const { clock, open, state } = setup();
  const hold = { nonce: "5", untilMs: startMs + 10 ** 12 };
  state.stored.set("key", {
    value: { bucket: { level: 0, atMs: startMs }, nonce: "5", hold, pause: null },
    version: 1,
  });
  await open().run(1, nonceOf);
  expect(clock.now() - startMs).toBeLessThan(66_000);
});

test("session: a lockout is stored, keeps every worker silent, and ends", async () => {
  const { clock, open, state } = setup();
  const lockout = new ImportError("LOCKED_OUT", "locked", { retryAfterMs: 900_000 });
  await expect(open().run(1, () => Promise.reject(lockout))).rejects.toBe(lockout);
  let sent = 0;
  const send = async () => {
    sent += 1;
  };
  await expect(open().run(1, send)).rejects.toMatchObject({ code: "LOCKED_OUT", retryAfterMs: 900_000 });
  expect(sent).toBe(0);
  clock.set(startMs + 800_000);
  await open().run(1, send);
  expect(sent).toBe(1);
  expect(clock.now()).toBe(startMs + 900_000);
  expect(JSON.parse(JSON.stringify([...state.stored.values()])).at(0)?.value.pause).toBe(null);
});

test("session: a pause of a clock that was put back is no longer than an hour", async () => {
  const { clock, open, state } = setup();
  const pause = { code: "LOCKED_OUT", untilMs: startMs + 10 ** 12 };
  state.stored.set("key", {
    value: { bucket: { level: 0, atMs: startMs }, nonce: "5", hold: null, pause },
    version: 1,
  });
  await expect(open().run(1, nonceOf)).rejects.toMatchObject({ code: "LOCKED_OUT", retryAfterMs: 3_600_000 });
  clock.set(startMs + 3_600_000);
  expect(await open().run(1, nonceOf)).toBe("1700003600000000000");
});

test("session: after a rate limit the counter is full, whatever it was before", async () => {
  const { open, state } = setup();
  const limited = new ImportError("RATE_LIMITED", "limited", { retryAfterMs: 1_000 });
  await expect(open().run(4, () => Promise.reject(limited))).rejects.toBe(limited);
  const pause = { code: "RATE_LIMITED", untilMs: startMs + 1_000 };
  expect([...state.stored.values()]).toMatchObject([{ value: { hold: null, bucket: { level: 15 }, pause } }]);
});

test("session: a failed job releases the key and keeps its charge", async () => {
  const { open, state } = setup();
  await expect(open().run(4, () => Promise.reject(new Error("cut")))).rejects.toThrow("cut");
  expect([...state.stored.values()]).toMatchObject([{ value: { hold: null, bucket: { level: 4 } } }]);
});

test("session: a write that loses against another worker is decided anew", async () => {
  const { open } = setup({ state: memoryState({ lostWrites: 3 }) });
  expect(await open().run(1, nonceOf)).toBe("1700000000000000000");
});

test("session: a state that never takes a write ends in STORE_FAILED", async () => {
  const { open } = setup({ state: memoryState({ lostWrites: Number.POSITIVE_INFINITY }) });
  await expect(open().run(1, nonceOf)).rejects.toMatchObject({ code: "STORE_FAILED" });
});

test.each([
  null,
  7,
  "x",
  [],
  { bucket: 1, nonce: -1, hold: {}, pause: { code: "X", untilMs: 1 } },
  { nonce: "9".repeat(99) },
])("session: a state that reads %j starts anew", async (value) => {
  const { open, state } = setup();
  state.stored.set("key", { value, version: 1 });
  expect(await open().run(1, nonceOf)).toBe("1700000000000000000");
});

test("session: an abort while waiting for the turn ends at once and sends nothing", async () => {
  const controller = new AbortController();
  const { open } = setup({ signal: controller.signal });
  const session = open();
  let sent = 0;
  const slow = session.run(1, () => new Promise((resolve) => setTimeout(resolve, 50)));
  const queued = session.run(1, async () => {
    sent += 1;
  });
  controller.abort();
  await expect(queued).rejects.toMatchObject({ code: "ABORTED" });
  await expect(slow).rejects.toMatchObject({ code: "ABORTED" });
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(sent).toBe(0);
});
