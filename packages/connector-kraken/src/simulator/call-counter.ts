/** Verification level of the account, which sets the call limit. */
export type SimulatedTier = "starter" | "intermediate" | "pro";

/** The private call counter of one key. */
export interface CallCounter {
  /** Charges a call; false when it goes over the limit. */
  charge(call: { readonly cost: number; readonly atMs: number }): boolean;
  /** The level now, in points. */
  level(atMs: number): number;
}

// Millionths of a point: 0.33 points a second are 330 of them a millisecond, so decay needs no rounding.
const POINT = 1_000_000;

// docs.kraken.com, spot-rest-ratelimits, and the support article on API rate limits (stored copies of 2026).
const LIMITS: Readonly<Record<SimulatedTier, { readonly max: number; readonly decayPerMs: number }>> = {
  starter: { max: 15 * POINT, decayPerMs: 330 },
  intermediate: { max: 20 * POINT, decayPerMs: 500 },
  pro: { max: 20 * POINT, decayPerMs: 1000 },
};

/**
 * A counter that each call raises and time lowers without steps. A refused call is charged as well, so hammering
 * prolongs the wait; the level stops at the limit, so a client that waits for one call's cost comes through.
 */
export function createCallCounter(tier: SimulatedTier): CallCounter {
  const { max, decayPerMs } = LIMITS[tier];
  let points = 0;
  let readAtMs = Number.NEGATIVE_INFINITY;

  function decayed(atMs: number): number {
    // A clock that jumps back neither charges nor forgives.
    const elapsedMs = Math.max(0, atMs - readAtMs);
    return elapsedMs === Number.POSITIVE_INFINITY ? 0 : Math.max(0, points - Math.round(elapsedMs * decayPerMs));
  }

  return {
    charge({ cost, atMs }) {
      const wanted = decayed(atMs) + cost * POINT;
      points = Math.min(wanted, max);
      readAtMs = atMs;
      return wanted <= max;
    },
    level: (atMs) => decayed(atMs) / POINT,
  };
}
