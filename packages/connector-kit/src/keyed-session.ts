import { type Clock, ImportError, isImportError, type Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import type { KeyQueue } from "./key-queue.ts";
import type { BucketLimits } from "./pacing.ts";
import type { Random } from "./random.ts";
import {
  endTurn,
  type PauseCode,
  pauseMaxMsDefault,
  readSessionState,
  type SessionState,
  type Turn,
  takeTurn,
} from "./session-state.ts";
import { wait } from "./wait.ts";

export interface KeyedSessionOptions {
  /** Where the session lives in the shared state: one per API key, never the key itself. */
  readonly stateKey: string;
  /** What errors call what is limited. @defaultValue "this API key" */
  readonly subject?: string;
  readonly state: SharedState;
  readonly queue: KeyQueue;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: Random;
  readonly limits: BucketLimits;
  /** Longest time a request may be in flight, in milliseconds; longer than the transport's own limit. */
  readonly holdMs: number;
  /** No pause is written longer than this, in milliseconds: a far moment would silence a key for nothing. @defaultValue 3_600_000 */
  readonly pauseMaxMs?: number;
  /** A pause up to this long is waited for, a longer one ends the run, in milliseconds. */
  readonly pauseWaitMaxMs: number;
}

/** Requests with one API key, one at a time among all processes that share the state. */
export interface KeyedSession {
  /**
   * Waits for the key's turn, then runs the job with a nonce that is greater than any before. An ImportError
   * `LOCKED_OUT` or `RATE_LIMITED` of the job silences the key for its `retryAfterMs`, for every worker.
   *
   * @param cost in points; a function is asked each time the key may be free, because another worker may learn meanwhile.
   * @param job also gets the points that all workers have counted, this call's included.
   * @throws ImportError of the pause, without a request, when the key is silenced for longer than the run waits.
   */
  run<T>(cost: number | (() => Promise<number>), job: (nonce: string, level: number) => Promise<T>): Promise<T>;
}

const KEY = "this API key";
const POLL_MS = 250;
/** Longest wait for other workers of one key, in milliseconds. */
const TURN_WAIT_MAX_MS = 900_000;
const WRITES_MAX = 100;

/** Opens the session of one API key for one run. */
export function keyedSession(options: KeyedSessionOptions): KeyedSession {
  const { queue, stateKey, signal } = options;
  return {
    run: (cost, job) =>
      queue.run(
        stateKey,
        async () => {
          const { nonce, level } = await waitForTurn(options, cost);
          try {
            const result = await job(nonce, level);
            await giveBack(options, nonce, null);
            return result;
          } catch (error) {
            await giveBack(options, nonce, pauseOf(error));
            throw error;
          }
        },
        signal,
      ),
  };
}

async function waitForTurn(
  options: KeyedSessionOptions,
  cost: number | (() => Promise<number>),
): Promise<{ readonly nonce: string; readonly level: number }> {
  const { clock, signal, limits, holdMs, pauseMaxMs = pauseMaxMsDefault } = options;
  let waitedMs = 0;
  for (let writes = 0; writes < WRITES_MAX; ) {
    const { session, version } = await readSession(options);
    const points = typeof cost === "number" ? cost : await cost();
    const turn = takeTurn(session, { nowMs: clock.now(), cost: points, limits, holdMs, pauseMaxMs });
    if (turn.kind === "granted" || turn.kind === "mended") {
      writes += 1;
      const written = await writeSession(options, turn.state, version);
      if (written && turn.kind === "granted") return { nonce: turn.nonce, level: turn.state.bucket.level };
      continue;
    }
    const waitMs = politeWaitMs(turn, options);
    if (waitedMs + waitMs > TURN_WAIT_MAX_MS) throw busyError(options, waitMs);
    await wait(clock, waitMs, signal);
    waitedMs += waitMs;
  }
  throw contentionError(options);
}

function politeWaitMs(turn: Exclude<Turn, { state: SessionState }>, options: KeyedSessionOptions): number {
  if (turn.kind === "paused" && turn.waitMs > options.pauseWaitMaxMs) throw pauseError(options, turn.code, turn.waitMs);
  if (turn.kind !== "held") return turn.waitMs;
  // The other worker's answer may come at any moment.
  return Math.min(turn.waitMs, Math.ceil(POLL_MS * (0.5 + options.random())));
}

/** Runs also after an abort: the shared state takes no signal, and a key left held would make the next run wait. */
async function giveBack(options: KeyedSessionOptions, nonce: string, pause: Pause | null): Promise<void> {
  const { clock, limits, pauseMaxMs = pauseMaxMsDefault } = options;
  for (let writes = 0; writes < WRITES_MAX; writes += 1) {
    const { session, version } = await readSession(options);
    const ended = endTurn(session, { nonce, nowMs: clock.now(), limits, pause, pauseMaxMs });
    if (ended === session || (await writeSession(options, ended, version))) return;
  }
  throw contentionError(options);
}

interface Pause {
  readonly code: PauseCode;
  readonly pauseMs: number;
}

function pauseOf(error: unknown): Pause | null {
  if (!isImportError(error) || error.retryAfterMs === null) return null;
  const { code, retryAfterMs } = error;
  return code === "LOCKED_OUT" || code === "RATE_LIMITED" ? { code, pauseMs: retryAfterMs } : null;
}

async function readSession({ state, stateKey, clock }: KeyedSessionOptions) {
  const stored = await state.read(stateKey);
  return { session: readSessionState(stored?.value ?? null, clock.now()), version: stored?.version ?? 0 };
}

function writeSession({ state, stateKey }: KeyedSessionOptions, session: SessionState, version: number) {
  const value: Json = { ...session, bucket: { ...session.bucket }, hold: session.hold, pause: session.pause };
  return state.write(stateKey, value, version);
}

function pauseError({ subject }: KeyedSessionOptions, code: PauseCode, waitMs: number): ImportError {
  const what = subject ?? KEY;
  const why = code === "LOCKED_OUT" ? `the broker locked ${what} out` : `the broker limits ${what}`;
  return new ImportError(code, `${why}; no request was sent, ${waitMs} ms are left`, { retryAfterMs: waitMs });
}

function busyError({ subject }: KeyedSessionOptions, waitMs: number): ImportError {
  const message = `other workers used ${subject ?? KEY} for ${TURN_WAIT_MAX_MS} ms on end`;
  return new ImportError("RATE_LIMITED", message, { retryAfterMs: waitMs });
}

function contentionError({ subject }: KeyedSessionOptions): ImportError {
  return new ImportError("STORE_FAILED", `the shared state of ${subject ?? KEY} refused ${WRITES_MAX} writes in a row`);
}
