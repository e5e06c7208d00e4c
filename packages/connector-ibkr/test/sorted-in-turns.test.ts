import { expect, test } from "vitest";
import { sortedInTurns } from "../src/sorted-in-turns.ts";

const byKey = (left: { readonly key: number }, right: { readonly key: number }) => left.key - right.key;
/** Keys in no order, many of them twice where there are few. */
const items = (count: number, keys: number) =>
  Array.from({ length: count }, (_, index) => ({ key: (index * 7_919) % keys, index }));

test("sort: a list of any length is sorted as an array sorts itself, equal items in their order", async () => {
  for (const count of [0, 1, 2, 1_999, 2_000, 2_001, 4_000, 5_999, 6_001, 8_191]) {
    for (const keys of [1, 7, 9_973]) {
      const list = items(count, keys);
      expect(await sortedInTurns(list, byKey)).toEqual([...list].sort(byKey));
    }
  }
});

test("sort: others have their turns meanwhile", async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await sortedInTurns(items(300_000, 300_007), byKey);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});
