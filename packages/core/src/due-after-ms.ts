import type { ConnectionEnd } from "./run-contract.ts";

/**
 * How long after a run's end its connection is due; null for never. A follow-up is due at once, but it breaks no pause: the
 * run behind the pause is one, too.
 */
export function dueAfterMs(
  { dueInMs, pausedForMs }: ConnectionEnd,
  { followUp }: { readonly followUp: boolean },
): number | null {
  return followUp && dueInMs !== null && pausedForMs === null ? 0 : dueInMs;
}
