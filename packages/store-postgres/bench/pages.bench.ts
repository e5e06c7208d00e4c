import type { Pool } from "pg";
import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import {
  batchesOf,
  commitAll,
  expectInserted,
  prepareBatches,
  prepareRecords,
} from "../../store-memory/bench/prepare-batches.ts";
import { withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";
import { timeCopyMs } from "./copy-rows.ts";

// Goal: what the small pages of a broker cost, each of which is a transaction that waits for the disk. Method: 10,000
// fills, four to an order, in pages of 50. The anchor is COPY of the rows stored, in as many transactions.

const REPETITIONS = 5;
const WARM_UPS = 1;
const FILLS = 10_000;
const PAGE_SIZE = 50;

const batches = prepareBatches(prepareRecords(4, { count: FILLS, varied: true }), { size: PAGE_SIZE });
const repetitions = await withServer(async (pool) => {
  const measured: Repetition[] = [];
  for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
    const one = await repetition(pool);
    if (round >= 0) measured.push(one);
  }
  return measured;
});
report([
  {
    name: "PostgreSQL commit, pages of 50",
    unit: "executions/s",
    anchor: "COPY of the same rows into tables with the same indexes, a transaction a page",
    goal: null,
    repetitions,
  },
]);

function repetition(pool: Pool): Promise<Repetition> {
  return withSchema(pool, "fillbook", async ({ store, schema, run }) => {
    const own = batchesOf(run, batches);
    const commitMs = await timeMs(async () => expectInserted(await commitAll(store, own), FILLS));
    const copyMs = await timeCopyMs(pool, { like: schema, transactions: batches.length });
    return { value: perSecond(FILLS, commitMs), anchorValue: perSecond(FILLS, copyMs) };
  });
}
