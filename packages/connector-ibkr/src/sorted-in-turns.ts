import { nextTurn } from "./next-turn.ts";

/** Items that are sorted at once: a few milliseconds. */
const RUN_ITEMS = 2_000;

/**
 * Sorts a long list, stable, and lets the rest of the process have its turns meanwhile.
 *
 * @param compare negative where left comes first.
 */
export async function sortedInTurns<Item>(
  items: readonly Item[],
  compare: (left: Item, right: Item) => number,
): Promise<readonly Item[]> {
  let runs: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += RUN_ITEMS) {
    runs.push(items.slice(at, at + RUN_ITEMS).sort(compare));
    await nextTurn();
  }
  while (runs.length > 1) {
    const merged: (readonly Item[])[] = [];
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(await mergedInTurns(runs[at] ?? [], runs[at + 1] ?? [], compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function mergedInTurns<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (left: Item, right: Item) => number,
): Promise<readonly Item[]> {
  const merged: Item[] = [];
  let [fromLeft, fromRight] = [0, 0];
  for (;;) {
    const [one, other] = [left[fromLeft], right[fromRight]];
    if (one === undefined) return merged.concat(right.slice(fromRight));
    if (other === undefined) return merged.concat(left.slice(fromLeft));
    const isLeft = compare(one, other) <= 0;
    merged.push(isLeft ? one : other);
    if (isLeft) fromLeft += 1;
    else fromRight += 1;
    if (merged.length % RUN_ITEMS === 0) await nextTurn();
  }
}
