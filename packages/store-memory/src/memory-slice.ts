import type { Instant, Slice, SliceRequest } from "@fillbook/core";
import { parseSliceKey, sliceKeyText } from "@fillbook/core/store";
import type { OrderedTable } from "./ordered-table.ts";

/** A page of the rows that are listed, newest first; `next` is the place of the last one. */
export function sliceOf<Row>(
  table: OrderedTable<Row>,
  { limit = 50, after, from, to }: SliceRequest & { readonly from?: Instant; readonly to?: Instant },
  isListed: (row: Row) => boolean = () => true,
): Slice<Row> {
  const before = after === undefined ? undefined : sliceKeyText(parseSliceKey(after));
  const items: Row[] = [];
  for (const row of table.newest({ before, from, to })) {
    if (!isListed(row)) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined) return { items, next: sliceKeyText(table.keyOf(last)) };
    items.push(copyOf(row));
  }
  return { items, next: null };
}

/** What a host does to a result changes nothing stored. */
export function copyOf<Value>(value: Value): Value {
  return structuredClone(value);
}

/** True for a filter that asks for nothing or for this value. */
export function isEqual<Value>(wanted: Value | undefined, value: Value): boolean {
  return wanted === undefined || wanted === value;
}
