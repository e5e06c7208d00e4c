import type { ErrorCode, Recovery } from "./error-codes.ts";
import { type Instant, instantFromUnixMs, unixMsOf } from "./instant.ts";
import type { Connection } from "./read-types.ts";

/** Failures in a row that open the breaker. */
const FAILURES_MAX = 3;
const HOUR_MS = 3_600_000;
/** The longest pause that failures make, but for connections that ask even less often. */
const PAUSE_MAX_MS = 6 * HOUR_MS;
/** No answer of a broker silences a connection for longer. */
const WAIT_MAX_MS = 7 * 24 * HOUR_MS;
const MINUTE_MS = 60_000;

/** Whether scheduled runs may ask the broker. */
export type Breaker = Pick<Connection, "breaker" | "consecutiveFailures" | "pausedUntil">;

/** What an error means for the connection. */
export type Verdict =
  /** The broker had no say in it: the host's store, a lost lease, an abort. */
  | "none"
  /** The broker, or the keeper of the credentials, asks for time. */
  | "wait"
  /** The broker failed, or answered what nobody understands. */
  | "failure"
  /** The broker's format changed: asking again tells nothing new. */
  | "drift"
  /** Only the owner can mend it. */
  | "reauthenticate"
  | "fix-config";

export interface RunError {
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly retryAfterMs: number | null;
}

export function verdictOf({ code, recovery }: RunError): Verdict {
  // No file says anything about the broker.
  if (NOT_THE_BROKER.includes(code) || recovery === "upload-again") return "none";
  if (code === "SCHEMA_DRIFT") return "drift";
  return recovery === "retry" || recovery === "report-bug" ? "failure" : recovery;
}

const NOT_THE_BROKER: readonly ErrorCode[] = ["STORE_FAILED", "STORE_NOT_MIGRATED", "LEASE_LOST", "ABORTED"];

/** The breaker after a run. */
export function breakerAfter(
  before: Breaker,
  error: RunError | null,
  { now, syncEveryMs }: { readonly now: Instant; readonly syncEveryMs: number },
): Breaker {
  if (error === null) return closedBreaker;
  const current = breakerAt(before, now);
  const verdict = verdictOf(error);
  switch (verdict) {
    case "none":
      return current;
    case "wait":
      return { ...current, pausedUntil: later(current.pausedUntil, addMs(now, waitMsOf(error))) };
    case "failure":
    case "drift":
      return failed(current, { verdict, error, now, syncEveryMs });
    case "reauthenticate":
    case "fix-config":
      // The broker answered; what is wrong is on this side.
      return closedBreaker;
  }
}

/** No failure, no pause. */
export const closedBreaker: Breaker = { breaker: "closed", consecutiveFailures: 0, pausedUntil: null };

/** The breaker as it stands now: a pause ends by itself. */
function breakerAt(stored: Breaker, now: Instant): Breaker {
  const { breaker, consecutiveFailures, pausedUntil } = stored;
  if (pausedUntil !== null && pausedUntil > now) return { breaker, consecutiveFailures, pausedUntil };
  return { breaker: breaker === "open" ? "half_open" : breaker, consecutiveFailures, pausedUntil: null };
}

function failed(
  current: Breaker,
  failure: {
    readonly verdict: "failure" | "drift";
    readonly error: RunError;
    readonly now: Instant;
    readonly syncEveryMs: number;
  },
): Breaker {
  const { verdict, error, now, syncEveryMs } = failure;
  // A person tried in spite of the pause: that the broker still fails is no news.
  if (current.breaker === "open") return current;
  const consecutiveFailures = current.consecutiveFailures + 1;
  const told = error.retryAfterMs === null ? null : addMs(now, bounded(error.retryAfterMs));
  const opens = verdict === "drift" || current.breaker === "half_open" || consecutiveFailures >= FAILURES_MAX;
  if (!opens) return { breaker: "closed", consecutiveFailures, pausedUntil: later(current.pausedUntil, told) };
  const pausedUntil = later(told, addMs(now, pauseMsOf(consecutiveFailures, syncEveryMs)));
  return { breaker: "open", consecutiveFailures, pausedUntil: later(current.pausedUntil, pausedUntil) };
}

/** Twice the interval when the breaker opens, and twice that after each failed probe. */
function pauseMsOf(consecutiveFailures: number, syncEveryMs: number): number {
  const doublings = Math.max(0, consecutiveFailures - FAILURES_MAX) + 1;
  return Math.max(syncEveryMs, Math.min(PAUSE_MAX_MS, syncEveryMs * 2 ** Math.min(doublings, 32)));
}

function waitMsOf({ code, retryAfterMs }: RunError): number {
  if (retryAfterMs !== null) return bounded(retryAfterMs);
  if (code === "LOCKED_OUT") return HOUR_MS;
  return code === "CREDENTIALS_UNAVAILABLE" ? MINUTE_MS : 15 * MINUTE_MS;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Number.isFinite(ms) ? Math.ceil(ms) : WAIT_MAX_MS, 0), WAIT_MAX_MS);
}

function later(left: Instant | null, right: Instant | null): Instant | null {
  if (left === null || right === null) return left ?? right;
  return left > right ? left : right;
}

// Rounded up: an instant of the store may have microseconds, and no pause ends early.
function addMs(now: Instant, ms: number): Instant {
  return instantFromUnixMs(unixMsOf(now) + ms + 1);
}
