import type { CommitBatch } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import type { Repetition } from "../../../tools/bench-row.ts";
import { report, timeMs } from "../../../tools/bench-timer.ts";
import { batchesOf, commitAll, openRun, prepareBatches, prepareRecords } from "./prepare-batches.ts";

// Goal: a fill costs the same however many fills its order has. Method: one order of 100,000 fills in batches of 1,000,
// and the time of the last batch beside that of the first. Work that grew with the order would show a hundredfold.

const REPETITIONS = 7;
const WARM_UPS = 1;

const batches = prepareBatches(prepareRecords(Number.POSITIVE_INFINITY));
const repetitions: Repetition[] = [];
for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
  const measured = await repetition();
  if (round >= 0) repetitions.push(measured);
}
report([
  {
    name: "one order, last 1,000 of 100,000 fills",
    unit: "ms",
    anchor: "the order's first 1,000 fills",
    goal: { of: "ratio", relation: "<=", bound: 3 },
    repetitions,
  },
]);

async function repetition(): Promise<Repetition> {
  const store = memoryStore({ clock: fakeClock() });
  const own = batchesOf(await openRun(store), batches);
  const commitMs = (some: readonly CommitBatch[]) => timeMs(async () => void (await commitAll(store, some)));
  const anchorValue = await commitMs(own.slice(0, 1));
  await commitAll(store, own.slice(1, -1));
  const value = await commitMs(own.slice(-1));
  const { items } = await store.trades("owner", {});
  if (items.length !== 1) throw new Error(`the fills make ${items.length} trades, not one`);
  return { value, anchorValue };
}
