import { instantFromUnixMs } from "@fillbook/core";
import { type SliceKey, sliceKeyText } from "@fillbook/core/store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { orderedTable } from "../src/ordered-table.ts";

// Goal: a table kept in order holds what a sorted one would, and a page reads its own rows only.
// Method: random writes and reads beside a Map that is sorted at each read; keys that are asked for are counted.

const at = (second: number) => instantFromUnixMs(Date.UTC(2026, 0, 5) + second * 1000);
const seconds = fc.integer({ min: 0, max: 6 });
const ids = fc.integer({ min: 0, max: 8 }).map(String);

const writes = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), id: ids, second: seconds }),
  fc.record({ kind: fc.constant("delete" as const), id: ids }),
);
const reads = fc.record(
  { from: seconds.map(at), to: seconds.map(at), before: fc.tuple(seconds, ids) },
  { requiredKeys: [] },
);

test("ordered table: after any writes a read is what sorting all rows gives", () => {
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: writes }, reads), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (played) => {
      const table = orderedTable((row: SliceKey) => row);
      const naive = new Map<string, SliceKey>();
      for (const step of played) {
        if (!("kind" in step)) {
          const before = step.before === undefined ? undefined : placeOf(...step.before);
          const range = { ...step, before };
          expect([...table.newest(range)]).toEqual(sorted([...naive.values()], range));
          continue;
        }
        if (step.kind === "delete") {
          table.delete(step.id);
          naive.delete(step.id);
          continue;
        }
        const row = { at: at(step.second), id: step.id };
        table.set(step.id, row);
        naive.set(step.id, row);
      }
      expect([...table.newest()]).toEqual(sorted([...naive.values()], {}));
      expect(table.size).toBe(naive.size);
    }),
    { numRuns: 500 },
  );
});

test("ordered table: a page reads its own rows, wherever it begins, also when a row was added since the last one", () => {
  let keys = 0;
  const table = orderedTable((row: SliceKey) => {
    keys += 1;
    return row;
  });
  const add = (number: number) => table.set(String(number), { at: at(number), id: String(number) });
  for (let number = 0; number < 10_000; number += 1) add(number);
  expect(pageOf(table.newest(), 1)).toHaveLength(1);
  for (const second of [9_000, 5_000, 100]) {
    add(10_000 + second);
    keys = 0;
    expect(pageOf(table.newest({ before: placeOf(second, "") }), 50)).toHaveLength(50);
    expect(keys).toBeLessThan(60);
  }
});

function placeOf(second: number, id: string): string {
  return sliceKeyText({ at: at(second), id });
}

function sorted(rows: readonly SliceKey[], range: { from?: string; to?: string; before?: string | undefined }) {
  return rows
    .filter((row) => range.from === undefined || row.at >= range.from)
    .filter((row) => range.to === undefined || row.at <= range.to)
    .filter((row) => range.before === undefined || sliceKeyText(row) < range.before)
    .toSorted((left, right) => (sliceKeyText(left) < sliceKeyText(right) ? 1 : -1));
}

function pageOf<Row>(rows: Iterable<Row>, limit: number): Row[] {
  const page: Row[] = [];
  for (const row of rows) {
    page.push(row);
    if (page.length === limit) return page;
  }
  return page;
}
