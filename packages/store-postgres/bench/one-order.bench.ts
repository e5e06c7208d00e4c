import type { CommitBatch } from "@fillbook/core/store";
import type { Pool } from "pg";
import type { Repetition } from "../../../tools/bench-row.ts";
import { report, timeMs } from "../../../tools/bench-timer.ts";
import { batchesOf, commitAll, prepareBatches, prepareRecords } from "../../store-memory/bench/prepare-batches.ts";
import { withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";

// Goal: a fill costs the same however many fills its order has. Method: one order of 100,000 fills in batches of 1,000,
// and the mean time of its last five batches beside that of five at its beginning. Work that grew with the order would
// show a hundredfold. The first batches of all do not count: the connection reads the catalog for them.

const REPETITIONS = 5;
const COMPARED = 5;

const batches = prepareBatches(prepareRecords(Number.POSITIVE_INFINITY));
const repetitions = await withServer(async (pool) => {
  const measured: Repetition[] = [];
  for (let round = 0; round < REPETITIONS; round += 1) measured.push(await repetition(pool));
  return measured;
});
report([
  {
    name: "PostgreSQL one order, 1,000 of its last 5,000 fills",
    unit: "ms",
    anchor: "1,000 of the order's first 5,000 fills after the first 1,000",
    goal: { of: "ratio", relation: "<=", bound: 3 },
    repetitions,
  },
]);

function repetition(pool: Pool): Promise<Repetition> {
  return withSchema(pool, "fillbook", async ({ store, run }) => {
    const own = batchesOf(run, batches);
    const commitMs = async (some: readonly CommitBatch[]) =>
      (await timeMs(async () => void (await commitAll(store, some)))) / some.length;
    await commitAll(store, own.slice(0, 1));
    const anchorValue = await commitMs(own.slice(1, 1 + COMPARED));
    await commitAll(store, own.slice(1 + COMPARED, -COMPARED));
    const value = await commitMs(own.slice(-COMPARED));
    const { items } = await store.trades("owner", {});
    if (items.length !== 1) throw new Error(`the fills make ${items.length} trades, not one`);
    return { value, anchorValue };
  });
}
