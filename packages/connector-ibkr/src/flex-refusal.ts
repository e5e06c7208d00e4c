import { ImportError } from "@fillbook/core";

/** The query that IBKR made statements of last. A type and not an interface, so that it is assignable to Json. */
export type FlexKnownQuery = {
  readonly queryId: string;
  /** Since when IBKR refuses it, in milliseconds since 1970; null while it does not. */
  readonly refusedSinceMs: number | null;
};

/** What to remember of a query, and what to say, after IBKR refused it. */
export interface FlexRefusal {
  readonly known: FlexKnownQuery | null;
  readonly error: ImportError;
}

/**
 * Takes in that IBKR refuses a query. One that has worked may work again by itself: for hours after a change of it IBKR
 * answers so, with the right number. Runs wait as long as it has lasted, so that few requests count against the token. One
 * that never worked, or that has been refused for a day, is for a person.
 */
export function refusal(
  known: FlexKnownQuery | null,
  { queryId, nowMs, error }: { readonly queryId: string; readonly nowMs: number; readonly error: ImportError },
): FlexRefusal {
  if (known?.queryId !== queryId) return { known, error };
  const sinceMs = known.refusedSinceMs ?? nowMs;
  const lastedMs = Math.max(0, nowMs - sinceMs);
  const next = { queryId, refusedSinceMs: sinceMs };
  if (lastedMs >= PASSING_MAX_MS) return { known: next, error };
  const retryAfterMs = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, lastedMs));
  const message = `${error.message}; the query has worked before, so the next runs try again for a day`;
  return { known: next, error: new ImportError("BROKER_ERROR", message, { retryAfterMs }) };
}

const HOUR_MS = 3_600_000;
const PASSING_MAX_MS = 24 * HOUR_MS;
const PAUSE_MIN_MS = HOUR_MS / 4;
const PAUSE_MAX_MS = 4 * HOUR_MS;
