import type { SimulatorState, TokenHolder } from "./simulator-state.ts";

/** Counts a request that could not be right; too many of them in a row lock the token. */
export function countFailure({ options }: SimulatorState, holder: TokenHolder, atMs: number): void {
  holder.failuresInRow += 1;
  if (holder.failuresInRow < options.failuresMax) return;
  holder.lockedUntilMs = atMs + options.lockMs;
  holder.failuresInRow = 0;
}
