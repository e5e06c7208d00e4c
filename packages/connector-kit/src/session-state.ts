import type { Json } from "@fillbook/core";
import { type Bucket, type BucketLimits, chargeBucket, decayedBucket, emptyBucket, filledBucket } from "./pacing.ts";
import { isJsonObject } from "./parse-json.ts";

/** Why a key must be silent for a while. */
export type PauseCode = "LOCKED_OUT" | "RATE_LIMITED";

/** What all workers know of one API key. Plain JSON, kept in the shared state. */
export interface SessionState {
  readonly bucket: Bucket;
  /** The greatest nonce given out, decimal digits. */
  readonly nonce: string;
  /** The request in flight: nobody else may send until it is answered or this time has come. */
  readonly hold: { readonly nonce: string; readonly untilMs: number } | null;
  readonly pause: { readonly code: PauseCode; readonly untilMs: number } | null;
}

/** Longest pause that is ever written, in milliseconds, where a broker does not say otherwise. */
export const pauseMaxMsDefault = 3_600_000;

/** What a worker that asks for its turn gets. `state`, where present, is to be written first. */
export type Turn =
  | { readonly kind: "paused"; readonly waitMs: number; readonly code: PauseCode }
  | { readonly kind: "held" | "full"; readonly waitMs: number }
  | { readonly kind: "mended"; readonly state: SessionState }
  | { readonly kind: "granted"; readonly nonce: string; readonly state: SessionState };

export interface TurnRequest {
  readonly nowMs: number;
  readonly cost: number;
  readonly limits: BucketLimits;
  /** How long the request may be in flight. */
  readonly holdMs: number;
  /** @defaultValue an hour */
  readonly pauseMaxMs?: number;
}

/** Charges the call, takes the next nonce (nanoseconds, above the last one) and marks the key as in use. */
export function takeTurn(
  state: SessionState,
  { nowMs, cost, limits, holdMs, pauseMaxMs = pauseMaxMsDefault }: TurnRequest,
): Turn {
  const { pause, hold } = state;
  const bucket = decayedBucket(state.bucket, { nowMs, limits });
  if (bucket.atMs < state.bucket.atMs) return { kind: "mended", state: { ...state, bucket } };
  // An end further away than any that is ever written comes from before the clock was put back: it becomes a span that
  // starts now, so that the key is not blocked until the old time comes again.
  if (pause !== null && pause.untilMs - nowMs > pauseMaxMs) {
    return { kind: "mended", state: { ...state, pause: { ...pause, untilMs: nowMs + pauseMaxMs } } };
  }
  if (hold !== null && hold.untilMs - nowMs > holdMs) {
    return { kind: "mended", state: { ...state, hold: { ...hold, untilMs: nowMs + holdMs } } };
  }
  if (pause !== null && pause.untilMs > nowMs) {
    return { kind: "paused", waitMs: pause.untilMs - nowMs, code: pause.code };
  }
  if (hold !== null && hold.untilMs > nowMs) return { kind: "held", waitMs: hold.untilMs - nowMs };
  const charge = chargeBucket(bucket, { cost, nowMs, limits });
  if (charge.waitMs > 0) return { kind: "full", waitMs: charge.waitMs };
  const nonce = nextNonce(state.nonce, nowMs);
  return {
    kind: "granted",
    nonce,
    state: { bucket: charge.bucket, nonce, hold: { nonce, untilMs: nowMs + holdMs }, pause: null },
  };
}

/** Releases the key after the answer, if the turn is still ours, and notes what the broker demanded. */
export function endTurn(
  state: SessionState,
  turn: {
    readonly nonce: string;
    readonly nowMs: number;
    readonly limits: BucketLimits;
    readonly pause: { readonly code: PauseCode; readonly pauseMs: number } | null;
    /** @defaultValue an hour */
    readonly pauseMaxMs?: number;
  },
): SessionState {
  const { nonce, nowMs, limits, pause, pauseMaxMs = pauseMaxMsDefault } = turn;
  const released =
    state.hold?.nonce === nonce ? { ...state, bucket: answered(state.bucket, nowMs), hold: null } : state;
  if (pause === null) return released;
  const untilMs = Math.max(nowMs + Math.min(pause.pauseMs, pauseMaxMs), state.pause?.untilMs ?? 0);
  const bucket = filledBucket(state.bucket, { nowMs, limits });
  return { ...released, bucket, pause: { code: pause.code, untilMs } };
}

// The broker charged the call somewhere between sending and its answer: what decayed meanwhile here may not have there.
function answered(bucket: Bucket, nowMs: number): Bucket {
  return { level: bucket.level, atMs: Math.max(bucket.atMs, nowMs) };
}

/** Reads the state back; what cannot be read starts anew. */
export function readSessionState(value: Json | null, nowMs: number): SessionState {
  const { bucket, nonce, hold, pause } = isJsonObject(value) ? value : {};
  return {
    bucket: readBucket(bucket) ?? emptyBucket(nowMs),
    nonce: readDigits(nonce) ?? "0",
    hold: readHold(hold),
    pause: readPause(pause),
  };
}

function nextNonce(floor: string, nowMs: number): string {
  const next = BigInt(floor) + 1n;
  const nowNs = BigInt(Math.max(0, Math.floor(nowMs))) * 1_000_000n;
  return String(next > nowNs ? next : nowNs);
}

function readBucket(value: Json | undefined): Bucket | null {
  if (!isJsonObject(value)) return null;
  const { level, atMs } = value;
  return isFiniteNumber(level) && isFiniteNumber(atMs) ? { level: Math.max(0, level), atMs } : null;
}

function readHold(value: Json | undefined): SessionState["hold"] {
  if (!isJsonObject(value) || !isFiniteNumber(value.untilMs)) return null;
  const nonce = readDigits(value.nonce);
  return nonce === null ? null : { nonce, untilMs: value.untilMs };
}

function readPause(value: Json | undefined): SessionState["pause"] {
  if (!isJsonObject(value) || !isFiniteNumber(value.untilMs)) return null;
  const { code, untilMs } = value;
  return code === "LOCKED_OUT" || code === "RATE_LIMITED" ? { code, untilMs } : null;
}

function readDigits(value: Json | undefined): string | null {
  return typeof value === "string" && /^\d{1,30}$/.test(value) ? value : null;
}

function isFiniteNumber(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
