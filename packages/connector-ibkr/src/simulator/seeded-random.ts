/** A small deterministic source of numbers; for test data, never for secrets. */
export interface SeededRandom {
  /** A whole number from 0 to below `limit`; `limit` is at most 2^32. */
  below(limit: number): number;
  /** True about once in `times`. */
  oneIn(times: number): boolean;
  /** One of the items; throws when there are none. */
  pick<Item>(items: readonly Item[]): Item;
}

/** The same seed gives the same numbers on every machine (mulberry32). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed | 0;

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  function below(limit: number): number {
    return Math.floor((next() / 2 ** 32) * limit);
  }

  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new RangeError("there is nothing to pick from");
      return item;
    },
  };
}
