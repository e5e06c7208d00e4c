/** Many values a key. Most keys have one, which then needs no set of its own. */
export interface MultiMap {
  add(key: string, value: string): void;
  remove(key: string, value: string): void;
  /** The values of all these keys, in the order they were added. */
  values(keys: Iterable<string>): Iterable<string>;
}

export function multiMap(): MultiMap {
  const entries = new Map<string, string | Set<string>>();
  return {
    add(key, value) {
      const entry = entries.get(key);
      if (entry === undefined) entries.set(key, value);
      else if (typeof entry !== "string") entry.add(value);
      else if (entry !== value) entries.set(key, new Set([entry, value]));
    },
    remove(key, value) {
      const entry = entries.get(key);
      if (entry === value) entries.delete(key);
      else if (entry instanceof Set) entry.delete(value);
    },
    *values(keys) {
      for (const key of keys) {
        const entry = entries.get(key);
        if (typeof entry === "string") yield entry;
        else if (entry !== undefined) yield* entry;
      }
    },
  };
}
