/**
 * Lets timers, other requests and aborts have their turn. A promise alone does not: what only waits for promises keeps
 * all else of the process waiting.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
