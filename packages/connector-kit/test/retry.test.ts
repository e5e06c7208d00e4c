import { defaultRetryPolicy, retry, retryWaitMs } from "@fillbook/connector-kit";
import { type ErrorCode, ImportError } from "@fillbook/core";
import { expect, test } from "vitest";
import { never, testClock } from "./support/test-clock.ts";

const options = (clock = testClock(), signal = never) => ({
  policy: defaultRetryPolicy,
  clock,
  signal,
  random: () => 0.5,
});

function failing(error: unknown, times: number) {
  const attempts = { count: 0 };
  const attempt = async () => {
    attempts.count += 1;
    if (attempts.count <= times) throw error;
    return "done";
  };
  return { attempts, attempt };
}

test("retry: an error that passes is tried again after growing waits on the clock", async () => {
  const clock = testClock();
  const { attempt, attempts } = failing(new ImportError("NETWORK", "cut"), 3);
  expect(await retry(attempt, options(clock))).toBe("done");
  expect(attempts.count).toBe(4);
  expect(clock.sleptMs).toEqual([750, 1500, 3000]);
});

test("retry: the last error comes out when the tries are used up", async () => {
  const error = new ImportError("BROKER_UNAVAILABLE", "HTTP 520");
  const { attempt, attempts } = failing(error, 99);
  await expect(retry(attempt, options())).rejects.toBe(error);
  expect(attempts.count).toBe(5);
});

const HOPELESS: ErrorCode[] = [
  "ABORTED",
  "CREDENTIALS_INVALID",
  "PERMISSION_DENIED",
  "NONCE_REJECTED",
  "OPTION_INVALID",
  "REQUEST_INVALID",
  "RESPONSE_TOO_LARGE",
];

test.each(HOPELESS)("retry: %s is never tried again", async (code) => {
  const { attempt, attempts } = failing(new ImportError(code, "no", { retryAfterMs: 1 }), 1);
  await expect(retry(attempt, options())).rejects.toMatchObject({ code });
  expect(attempts.count).toBe(1);
});

test.each([new TypeError("bug"), new Error("other"), "text"])("retry: %s is never tried again", async (thrown) => {
  const { attempt, attempts } = failing(thrown, 1);
  await expect(retry(attempt, options())).rejects.toThrow();
  expect(attempts.count).toBe(1);
});

test("retry: a wait that the broker asks for is honored, one beyond the bound ends the run", () => {
  const waitMs = (code: ErrorCode, retryAfterMs: number | null, attempt = 1) =>
    retryWaitMs(new ImportError(code, "x", { retryAfterMs }), { attempt, policy: defaultRetryPolicy, random: () => 0 });
  expect(waitMs("RATE_LIMITED", 12_122)).toBe(12_122);
  expect(waitMs("RATE_LIMITED", 120_000)).toBe(120_000);
  expect(waitMs("RATE_LIMITED", 120_001)).toBe(null);
  expect(waitMs("LOCKED_OUT", 900_000)).toBe(null);
  expect(waitMs("RATE_LIMITED", -5)).toBe(0);
  expect(waitMs("NETWORK", null, 50)).toBe(120_000);
});

test("retry: an abort during the wait ends it with ABORTED", async () => {
  const controller = new AbortController();
  const clock = {
    now: () => 0,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_done, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  };
  const { attempt, attempts } = failing(new ImportError("NETWORK", "cut"), 9);
  const running = retry(attempt, { ...options(), clock, signal: controller.signal });
  await expect.poll(() => attempts.count).toBe(1);
  controller.abort();
  await expect(running).rejects.toMatchObject({ code: "ABORTED" });
});

test("retry: a signal that aborts for an ImportError gives that error", async () => {
  const controller = new AbortController();
  controller.abort(new ImportError("LEASE_LOST", "another run took over"));
  const { attempt, attempts } = failing(new ImportError("LEASE_LOST", "another run took over"), 9);
  await expect(retry(attempt, options(testClock(), controller.signal))).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(attempts.count).toBe(1);
});
