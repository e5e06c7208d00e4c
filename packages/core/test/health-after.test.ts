import { describe, expect, test } from "vitest";
import { type ErrorCode, errorRecovery } from "../src/error-codes.ts";
import { type ConnectionState, healthAfter } from "../src/health-after.ts";
import { type Instant, instant, instantFromUnixMs, unixMsOf } from "../src/instant.ts";

const now = instant("2026-01-05T12:00:00Z");
const syncEveryMs = 900_000;
const at = { now, connectionId: "c", jobId: "j", syncEveryMs, isFirst: false };
const inMs = (ms: number): Instant => instantFromUnixMs(unixMsOf(now) + ms);
const HOUR_MS = 3_600_000;

const healthy: ConnectionState = {
  ...{ status: "active", health: "ok", breaker: "closed", consecutiveFailures: 0, pausedUntil: null },
};

const states: Readonly<Record<string, ConnectionState>> = {
  healthy,
  "failed twice": { ...healthy, health: "degraded", consecutiveFailures: 2 },
  "asked to wait": { ...healthy, health: "degraded", pausedUntil: inMs(HOUR_MS) },
  "in maintenance": { ...healthy, health: "maintenance_window", pausedUntil: inMs(-1) },
  "open and paused": {
    ...{ ...healthy, health: "degraded" },
    ...{ breaker: "open", consecutiveFailures: 3, pausedUntil: inMs(HOUR_MS) },
  },
  "open, pause over": {
    ...{ ...healthy, health: "degraded", breaker: "open", consecutiveFailures: 4, pausedUntil: inMs(-1) },
  },
  "half open": { ...healthy, health: "degraded", breaker: "half_open", consecutiveFailures: 3 },
  "needs new credentials": { ...healthy, status: "needs_reauth", health: "needs_reauth" },
  pending: { ...healthy, status: "pending" },
  "wrong settings": { ...healthy, status: "error", health: "degraded" },
};

/** What each code means, written down once more by hand. */
const meanings: Readonly<Record<ErrorCode, "none" | "wait" | "failure" | "drift" | "reauthenticate" | "fix-config">> = {
  ABORTED: "none",
  ACCOUNT_CONNECTED: "fix-config",
  ACCOUNT_MISMATCH: "fix-config",
  BROKER_ERROR: "failure",
  BROKER_UNAVAILABLE: "failure",
  CONNECTION_DISCONNECTED: "fix-config",
  CONNECTION_NOT_FOUND: "fix-config",
  CONNECTOR_UNKNOWN: "fix-config",
  CREDENTIALS_INVALID: "reauthenticate",
  CREDENTIALS_MALFORMED: "reauthenticate",
  CREDENTIALS_UNAVAILABLE: "wait",
  CURSOR_INVALID: "failure",
  FEATURE_UNAVAILABLE: "fix-config",
  JOB_NOT_FOUND: "fix-config",
  LEASE_LOST: "none",
  LOCKED_OUT: "wait",
  MAINTENANCE: "wait",
  NETWORK: "failure",
  NONCE_REJECTED: "fix-config",
  OPTION_INVALID: "fix-config",
  PAGING_UNSTABLE: "failure",
  PERMISSION_DENIED: "reauthenticate",
  PROTOCOL: "failure",
  RATE_LIMITED: "wait",
  REQUEST_INVALID: "failure",
  RESPONSE_TOO_LARGE: "failure",
  SCHEMA_DRIFT: "drift",
  STORE_FAILED: "none",
  STORE_NOT_MIGRATED: "none",
  TIMEOUT: "failure",
  TRADE_CHANGED: "failure",
  TRADE_NOT_FOUND: "fix-config",
  UNEXPECTED: "failure",
};

const errorOf = (code: ErrorCode, retryAfterMs: number | null = null) => {
  return { code, recovery: errorRecovery[code], retryAfterMs };
};

const codes = Object.keys(meanings).filter((code): code is ErrorCode => code in errorRecovery);
const cells = codes.flatMap((code) =>
  Object.keys(states).map((name) => ({ code, name, state: states[name] ?? healthy })),
);

describe("health: every error code in every state", () => {
  test.each(cells)("$code while $name", ({ code, state }) => {
    const after = healthAfter(state, errorOf(code), at);
    const meaning = meanings[code];
    const isPaused = state.pausedUntil !== null && state.pausedUntil > now;
    const probes = state.breaker === "half_open" || (state.breaker === "open" && !isPaused);
    switch (meaning) {
      case "none":
        expect(after).toMatchObject({ status: state.status, health: state.health });
        expect(after.consecutiveFailures).toBe(state.consecutiveFailures);
        expect([after.breaker, after.pausedUntil]).toEqual([
          probes ? "half_open" : state.breaker,
          isPaused ? state.pausedUntil : null,
        ]);
        break;
      case "wait":
        expect(after.status).toBe(state.status);
        expect(after.health).toBe(code === "MAINTENANCE" ? "maintenance_window" : "degraded");
        expect([after.consecutiveFailures, after.breaker]).toEqual([
          state.consecutiveFailures,
          probes ? "half_open" : state.breaker,
        ]);
        expect(after.pausedUntil !== null && after.pausedUntil > now).toBe(true);
        break;
      case "failure":
      case "drift": {
        const isNoNews = state.breaker === "open" && isPaused;
        const failures = state.consecutiveFailures + (isNoNews ? 0 : 1);
        const opens = isNoNews || probes || failures >= 3 || meaning === "drift";
        expect(after).toMatchObject({ status: state.status, health: "degraded", consecutiveFailures: failures });
        expect(after.breaker).toBe(opens ? "open" : "closed");
        if (isNoNews) expect(after.pausedUntil).toBe(state.pausedUntil);
        else if (opens) expect((after.pausedUntil ?? "") > inMs(syncEveryMs)).toBe(true);
        break;
      }
      case "reauthenticate":
        expect(after).toMatchObject({ status: "needs_reauth", health: "needs_reauth", nextSyncAt: null });
        expect(after).toMatchObject({ breaker: "closed", consecutiveFailures: 0, pausedUntil: null });
        break;
      case "fix-config":
        expect(after).toMatchObject({ status: "error", health: "degraded", nextSyncAt: null });
        expect(after).toMatchObject({ breaker: "closed", consecutiveFailures: 0, pausedUntil: null });
        break;
    }
    // Whatever happened: due exactly while active or pending, and never inside a pause.
    expect(after.nextSyncAt !== null).toBe(after.status === "active" || after.status === "pending");
    if (after.nextSyncAt !== null) expect(after.nextSyncAt > (after.pausedUntil ?? now)).toBe(true);
  });

  test.each(Object.entries(states))("a success while %s resets everything", (_name, state) => {
    const { nextSyncAt, ...after } = healthAfter(state, null, at);
    expect(after).toEqual(healthy);
    expect((nextSyncAt ?? "") > now).toBe(true);
  });
});

describe("health: pauses", () => {
  const pauseMs = (
    state: ConnectionState,
    code: ErrorCode,
    retryAfterMs: number | null = null,
    everyMs = syncEveryMs,
  ) => {
    const { pausedUntil } = healthAfter(state, errorOf(code, retryAfterMs), { ...at, syncEveryMs: everyMs });
    return pausedUntil === null ? null : Math.floor((unixMsOf(pausedUntil) - unixMsOf(now)) / 1000) * 1000;
  };
  const failed = (consecutiveFailures: number): ConnectionState => {
    return consecutiveFailures < 3
      ? { ...healthy, consecutiveFailures }
      : { ...healthy, breaker: "half_open", consecutiveFailures };
  };

  test("failures in a row pause twice as long each, up to six hours", () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 40, 4000].map((before) => pauseMs(failed(before), "NETWORK"));
    const [half, one, two, four] = [HOUR_MS / 2, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS];
    expect(pauses).toEqual([null, null, half, one, two, four, ...Array(4).fill(6 * HOUR_MS)]);
  });

  test("a connection that asks once a week is never asked more often because it fails", () => {
    const weekMs = 7 * 24 * HOUR_MS;
    expect(pauseMs(failed(2), "TIMEOUT", null, weekMs)).toBe(weekMs);
  });

  test("what the broker told is kept: as a wait, and as the least pause of a failure", () => {
    expect(pauseMs(healthy, "RATE_LIMITED", 5000)).toBe(5000);
    expect(pauseMs(healthy, "BROKER_UNAVAILABLE", 7000)).toBe(7000);
    expect(pauseMs(failed(2), "BROKER_UNAVAILABLE", 5 * HOUR_MS)).toBe(5 * HOUR_MS);
    expect(pauseMs(healthy, "LOCKED_OUT", Number.POSITIVE_INFINITY)).toBe(7 * 24 * HOUR_MS);
    expect(pauseMs(healthy, "LOCKED_OUT", -5)).toBe(0);
  });

  test("a broker that tells no time is given some", () => {
    const codesThatWait = ["RATE_LIMITED", "LOCKED_OUT", "MAINTENANCE", "CREDENTIALS_UNAVAILABLE"] as const;
    expect(codesThatWait.map((code) => pauseMs(healthy, code))).toEqual([900_000, HOUR_MS, 900_000, 60_000]);
  });

  test("a shorter wait does not end a longer one", () => {
    const state: ConnectionState = { ...healthy, pausedUntil: inMs(2 * HOUR_MS) };
    expect(healthAfter(state, errorOf("RATE_LIMITED", 1000), at).pausedUntil).toBe(state.pausedUntil);
  });
});
