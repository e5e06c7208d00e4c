import type { Instant } from "@fillbook/core";
import { type SliceKey, sliceKeyText } from "@fillbook/core/store";

/** Rows by their ids, kept in the order of their list: a page reads its own rows and sorts nothing. */
export interface OrderedTable<Row> {
  /** The row's place in the list. */
  readonly keyOf: (row: Row) => SliceKey;
  readonly size: number;
  get(id: string): Row | undefined;
  has(id: string): boolean;
  values(): Iterable<Row>;
  set(id: string, row: Row): void;
  delete(id: string): void;
  /** Newest first, before the place `before`, and within `from` and `to`. Nothing may be written until it is read. */
  newest(range?: ListRange): Iterable<Row>;
}

interface ListRange {
  /** A place as `sliceKeyText` writes it. */
  readonly before?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

/** All instants are written in so many characters; behind them stand a space and the row's id. */
const ID_AT = "2026-01-05T00:00:00.000000Z ".length;

/** @param keyOf the row's place in its list, and the id that it is set under. */
export function orderedTable<Row>(keyOf: (row: Row) => SliceKey): OrderedTable<Row> {
  const rows = new Map<string, Row>();
  const rowAt = (place: string): Row | undefined => {
    const row = rows.get(place.slice(ID_AT));
    return row !== undefined && sliceKeyText(keyOf(row)) === place ? row : undefined;
  };
  const places = placesInOrder((place) => rowAt(place) !== undefined);
  return {
    keyOf,
    get size() {
      return rows.size;
    },
    get: (id) => rows.get(id),
    has: (id) => rows.has(id),
    values: () => rows.values(),
    set(id, row) {
      const before = rows.get(id);
      rows.set(id, row);
      if (before !== undefined && keyOf(before).at === keyOf(row).at) return;
      if (before !== undefined) places.leave();
      places.add(sliceKeyText(keyOf(row)));
    },
    delete(id) {
      if (rows.delete(id)) places.leave();
    },
    *newest(range = {}) {
      for (const place of places.newest(range)) {
        const row = rowAt(place);
        if (row !== undefined) yield row;
      }
    },
  };
}

/** Places in order. One that its row left stays until half of them are such. */
function placesInOrder(isTaken: (place: string) => boolean) {
  let settled: string[] = [];
  let fresh: string[] = [];
  let leftCount = 0;
  const settle = () => {
    if (leftCount > settled.length / 2) {
      settled = settled.filter(isTaken);
      leftCount = 0;
    }
    if (fresh.length > 0) mergeInto(settled, fresh.sort());
    fresh = [];
  };
  return {
    add(place: string): void {
      fresh.push(place);
    },
    leave(): void {
      leftCount += 1;
    },
    *newest({ before, from, to }: ListRange): Iterable<string> {
      settle();
      // What is of the last moment itself has a space behind it.
      const ends = [before ?? [], to === undefined ? [] : `${to}!`].flat();
      const end = Math.min(settled.length, ...ends.map((text) => countBelow(settled, text)));
      for (let index = end - 1; index >= 0; index -= 1) {
        const place = settled[index] ?? "";
        if (from !== undefined && place < from) return;
        yield place;
      }
    },
  };
}

/** How many of these texts, which are in order, are below this one. */
function countBelow(texts: readonly string[], text: string): number {
  let [low, high] = [0, texts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((texts[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Both are in order. What is newer than all that is there, as most of an import is, is only put behind it. */
function mergeInto(texts: string[], added: readonly string[]): void {
  const tail = texts.splice(countBelow(texts, added[0] ?? ""));
  let index = 0;
  for (const text of added) {
    while (index < tail.length && (tail[index] ?? "") < text) texts.push(tail[index++] ?? "");
    // A row that came back to a place it had left.
    if (text !== tail[index] && text !== texts.at(-1)) texts.push(text);
  }
  while (index < tail.length) texts.push(tail[index++] ?? "");
}
