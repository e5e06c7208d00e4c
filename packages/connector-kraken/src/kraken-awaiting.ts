import type { KrakenAwaiting } from "./kraken-cursor.ts";

/** A fill whose fee is still an estimate after this long keeps it. */
const feePatienceSeconds = 72 * 3_600;
const AGAIN_MIN_SECONDS = 900;

/**
 * Adds fills without ledger entries to those that are looked for again: the older they are, the seldomer.
 *
 * @param times of the fills, whole unix seconds.
 * @returns what to wait for, and how many fills are too old for it.
 */
export function awaitFees(
  awaiting: KrakenAwaiting | null,
  { times, nowSeconds }: { readonly times: readonly number[]; readonly nowSeconds: number },
): { readonly awaiting: KrakenAwaiting | null; readonly givenUp: number } {
  const young = times.filter((time) => nowSeconds - time < feePatienceSeconds);
  const givenUp = times.length - young.length;
  if (young.length === 0) return { awaiting, givenUp };
  const from = Math.min(...young, awaiting?.from ?? Number.POSITIVE_INFINITY);
  const to = Math.max(...young, awaiting?.to ?? 0);
  const waitSeconds = Math.max(AGAIN_MIN_SECONDS, Math.floor((nowSeconds - from) / 2));
  return { awaiting: { from, to, dueAt: nowSeconds + waitSeconds }, givenUp };
}

/** The span to read again now, `from` exclusive; null before its time. */
export function dueSpan(
  awaiting: KrakenAwaiting | null,
  nowSeconds: number,
): { readonly from: number; readonly to: number } | null {
  if (awaiting === null || nowSeconds < awaiting.dueAt) return null;
  return { from: Math.max(0, awaiting.from - 1), to: awaiting.to + 1 };
}
