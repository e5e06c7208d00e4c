import { isJsonObject, type Random, wait } from "@fillbook/connector-kit";
import { type Clock, ImportError, type Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";

export interface LeaseOptions {
  /** Where the right lives in the shared state. */
  readonly stateKey: string;
  /** Who takes it; who held it before a crash gets it back at once. */
  readonly holder: string;
  readonly state: SharedState;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: Random;
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMaxMs: number;
  /** What the error says when another holder keeps it too long. */
  readonly busy: string;
}

/** A right that one holder has at a time, among all processes that share the state. */
export interface Lease {
  /** Takes the right or renews it. @throws ImportError `RATE_LIMITED` when another holder keeps it too long. */
  hold(): Promise<void>;
  /** Gives it back; it runs out by itself after a crash. */
  release(): Promise<void>;
}

/** How long the right lasts without being renewed. */
const LEASE_MS = 240_000;
const RENEW_MS = 60_000;
const POLL_MS = 5_000;
const WRITES_MAX = 100;

/** A politeness among workers: what IBKR does one at a time, they ask for one at a time. */
export function ibkrLease(options: LeaseOptions): Lease {
  const { clock } = options;
  let keptAtMs: number | null = null;
  return {
    async hold() {
      if (keptAtMs !== null && Math.abs(clock.now() - keptAtMs) < RENEW_MS) return;
      await take(options);
      keptAtMs = clock.now();
    },
    async release() {
      if (keptAtMs === null) return;
      keptAtMs = null;
      const { holding, version } = await read(options);
      if (holding?.holder === options.holder) await options.state.write(options.stateKey, null, version);
    },
  };
}

async function take(options: LeaseOptions): Promise<void> {
  const { clock, signal, state, holder, random, waitMaxMs } = options;
  let waitedMs = 0;
  for (let writes = 0; writes < WRITES_MAX; ) {
    const { holding, version } = await read(options);
    const leftMs = holding === null ? 0 : holding.untilMs - clock.now();
    // An end further away than a lease and any skew of clocks comes from before the clock was put back.
    if (holding === null || holding.holder === holder || leftMs <= 0 || leftMs > 2 * LEASE_MS) {
      writes += 1;
      if (await state.write(options.stateKey, { holder, untilMs: clock.now() + LEASE_MS }, version)) return;
      continue;
    }
    if (waitedMs >= waitMaxMs) {
      throw new ImportError("RATE_LIMITED", options.busy, { retryAfterMs: leftMs });
    }
    const waitMs = Math.min(leftMs, Math.ceil(POLL_MS * (0.5 + random())));
    await wait(clock, waitMs, signal);
    waitedMs += waitMs;
  }
  throw new ImportError("STORE_FAILED", `the shared state of a lease refused ${WRITES_MAX} writes in a row`);
}

async function read(options: LeaseOptions) {
  const stored = await options.state.read(options.stateKey);
  return { holding: readHolding(stored?.value ?? null), version: stored?.version ?? 0 };
}

function readHolding(value: Json): { readonly holder: string; readonly untilMs: number } | null {
  if (!isJsonObject(value)) return null;
  const { holder, untilMs } = value;
  return typeof holder === "string" && typeof untilMs === "number" ? { holder, untilMs } : null;
}
