/** Refuses everything for a while after too many failed authentications in a row. */
export interface AuthLockout {
  active(atMs: number): boolean;
  failed(atMs: number): void;
  succeeded(): void;
}

const FAILURES_MAX = 5;
// "Temporary lockouts typically last approximately 15 minutes": support.kraken.com (stored copy of 2026).
const LOCKOUT_MS = 15 * 60_000;

/** A lockout that starts at the fifth failure in a row. It holds for all keys, as Kraken's holds for the address. */
export function createAuthLockout(): AuthLockout {
  let failures = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  return {
    active: (atMs) => atMs < untilMs,
    failed(atMs) {
      failures += 1;
      if (failures < FAILURES_MAX) return;
      failures = 0;
      untilMs = atMs + LOCKOUT_MS;
    },
    succeeded() {
      failures = 0;
    },
  };
}
