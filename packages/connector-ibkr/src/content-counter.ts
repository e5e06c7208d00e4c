import { createHash } from "node:crypto";

/** Counts equal contents without keeping them. */
export interface ContentCounter {
  /** How often the content was there before: 0 the first time. Null where it is new and there are as many as may be. */
  count(content: string): number | null;
}

/**
 * A table of digests in plain memory, 30 to 60 bytes for each content, where a Map of texts takes several times as much.
 * 128 bits of SHA-256 stand for a content: no two are equal by chance, nor on purpose.
 */
export function contentCounter({ contentsMax }: { readonly contentsMax: number }): ContentCounter {
  let table = emptyTable(SLOTS_MIN);
  let contents = 0;
  return {
    count(content) {
      const words = digestOf(content);
      const slot = slotOf(table, words);
      const seen = table.counts[slot] ?? 0;
      if (seen === 0 && contents >= contentsMax) return null;
      put(table, { slot, words, count: seen + 1 });
      if (seen === 0) contents += 1;
      if (contents * 3 > table.counts.length * 2) table = grown(table);
      return seen;
    },
  };
}

interface Table {
  /** The words of a digest for each slot. */
  readonly digests: Uint32Array;
  /** 0 in an empty slot. */
  readonly counts: Uint32Array;
}

/** A power of two, as every number of slots here. */
const SLOTS_MIN = 1_024;
const WORDS = 4;

function emptyTable(slots: number): Table {
  return { digests: new Uint32Array(WORDS * slots), counts: new Uint32Array(slots) };
}

/** The slot of a digest: its own, or the empty one where it belongs. A third of the slots at least are empty. */
function slotOf({ digests, counts }: Table, words: Uint32Array): number {
  const last = counts.length - 1;
  let slot = (words[0] ?? 0) & last;
  while (counts[slot] !== 0 && !holds(digests, slot, words)) slot = (slot + 1) & last;
  return slot;
}

function holds(digests: Uint32Array, slot: number, words: Uint32Array): boolean {
  const start = WORDS * slot;
  for (let word = 0; word < WORDS; word += 1) if (digests[start + word] !== words[word]) return false;
  return true;
}

function put(
  { digests, counts }: Table,
  { slot, words, count }: { readonly slot: number; readonly words: Uint32Array; readonly count: number },
): void {
  digests.set(words, WORDS * slot);
  counts[slot] = count;
}

function grown({ digests, counts }: Table): Table {
  const table = emptyTable(2 * counts.length);
  const words = new Uint32Array(WORDS);
  for (let slot = 0; slot < counts.length; slot += 1) {
    const count = counts[slot] ?? 0;
    if (count === 0) continue;
    for (let word = 0; word < WORDS; word += 1) words[word] = digests[WORDS * slot + word] ?? 0;
    put(table, { slot: slotOf(table, words), words, count });
  }
  return table;
}

function digestOf(content: string): Uint32Array {
  const digest = createHash("sha256").update(content).digest();
  return Uint32Array.from({ length: WORDS }, (_, word) => digest.readUInt32LE(4 * word));
}
