import { type Clock, ImportError, type Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";

const WRITES_MAX = 100;

/**
 * Replaces a value of the shared state by what `change` makes of it; what it answers with is returned. A null value
 * writes nothing. `change` may run several times.
 *
 * @throws ImportError `STORE_FAILED` when others always write first.
 */
export async function changeShared<Result>(
  state: SharedState,
  key: string,
  change: (value: Json) => { readonly value: Json; readonly result: Result },
): Promise<Result> {
  for (let writes = 0; writes < WRITES_MAX; writes += 1) {
    const stored = await state.read(key);
    const { value, result } = change(stored?.value ?? null);
    if (value === null || (await state.write(key, value, stored?.version ?? 0))) return result;
  }
  throw new ImportError(
    "STORE_FAILED",
    `the shared state of ${key.split(":")[0]} refused ${WRITES_MAX} writes in a row`,
  );
}

/**
 * Takes the next moment at which something may be asked, among all processes; milliseconds to wait instead when it is
 * not there yet.
 */
export function takeMoment(state: SharedState, key: string, at: { readonly clock: Clock; readonly everyMs: number }) {
  return changeShared<number>(state, key, (value) => {
    const nowMs = at.clock.now();
    const lastMs = typeof value === "number" ? value : Number.NEGATIVE_INFINITY;
    const waitMs = lastMs + at.everyMs - nowMs;
    // A moment further away than that was written before the clock was put back.
    if (waitMs > 0 && waitMs <= at.everyMs) return { value: null, result: waitMs };
    return { value: nowMs, result: 0 };
  });
}

/** How long the requests of an address must be silent yet, in milliseconds; 0 when they need not. */
export async function penaltyLeftMs(state: SharedState, egress: string, at: PenaltyClock): Promise<number> {
  const stored = await state.read(penaltyKey(egress));
  const leftMs = typeof stored?.value === "number" ? stored.value - at.clock.now() : 0;
  return Math.min(Math.max(0, leftMs), at.penaltyMs);
}

/** Silences an address: IBKR's penalty box holds whoever calls from it. */
export function notePenalty(state: SharedState, egress: string, at: PenaltyClock): Promise<void> {
  return changeShared(state, penaltyKey(egress), () => ({ value: at.clock.now() + at.penaltyMs, result: undefined }));
}

interface PenaltyClock {
  readonly clock: Clock;
  readonly penaltyMs: number;
}

function penaltyKey(egress: string): string {
  return `web:egress:${egress}`;
}
