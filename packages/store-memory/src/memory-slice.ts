import type { Slice, SliceRequest } from "@fillbook/core";
import { parseSliceKey, type SliceKey, sliceKeyText } from "@fillbook/core/store";

/** Newest first by a key of time and id; `next` is the key of the last item. */
export function sliceOf<Row>(
  rows: readonly Row[],
  { limit = 50, after }: SliceRequest,
  keyOf: (row: Row) => SliceKey,
): Slice<Row> {
  const before = after === undefined ? null : sliceKeyText(parseSliceKey(after));
  const keyed = rows.map((row) => ({ row, key: sliceKeyText(keyOf(row)) }));
  const rest = keyed
    .filter(({ key }) => before === null || key < before)
    .sort((left, right) => (left.key < right.key ? 1 : -1));
  const items = rest.slice(0, limit);
  return { items: items.map(({ row }) => copyOf(row)), next: rest.length > limit ? (items.at(-1)?.key ?? null) : null };
}

/** What a host does to a result changes nothing stored. */
export function copyOf<Value>(value: Value): Value {
  return structuredClone(value);
}

/** True for a filter that asks for nothing or for this value. */
export function isEqual<Value>(wanted: Value | undefined, value: Value): boolean {
  return wanted === undefined || wanted === value;
}
