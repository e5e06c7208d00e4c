import type { Pool } from "pg";
import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import {
  BATCH_SIZE,
  batchesOf,
  commitAll,
  expectInserted,
  prepareBatches,
  prepareRecords,
} from "../../store-memory/bench/prepare-batches.ts";
import { type BenchSchema, withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";

// Goal: neither time nor memory grows with what is stored. Method: a million fills, four to an order, pass through commit
// in batches of 1,000 that are made on the way; this process's memory is read around the first 100,000 and at the end.
// Then 10,000 new fills are committed to that store, and to a new one that holds 10,000, one after the other.

const REPETITIONS = 5;
const WARM_UPS = 1;
const LARGE = 1_000_000;
const SMALL = 10_000;
const NEW = 10_000;
/** Where memory is compared, and how far apart its samples are taken. */
const MEMORY_FROM = 100_000;
const MEMORY_STEP = 10_000;

const { rates, memory } = await withServer((pool) =>
  withSchema(pool, "fillbook_large", async (large) => {
    const memory = await fill(large);
    const rates: Repetition[] = [];
    for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
      const first = LARGE + (round + WARM_UPS) * NEW;
      const one = { value: await commitRate(pool, large, first), anchorValue: await smallRate(pool) };
      if (round >= 0) rates.push(one);
    }
    return { rates, memory };
  }),
);
report([
  {
    name: "PostgreSQL commit into 1,000,000 fills",
    unit: "executions/s",
    anchor: "the same into 10,000 fills",
    goal: { of: "ratio", relation: ">=", bound: 0.7 },
    repetitions: rates,
  },
  {
    name: "memory while 1,000,000 fills pass through",
    unit: "MB",
    anchor: "the same at 100,000 fills",
    goal: { of: "ratio", relation: "<=", bound: 1.2 },
    repetitions: memory,
  },
]);

/** Commits a million fills. Answers with the memory of the last samples beside that of as many around the first 100,000. */
async function fill(large: BenchSchema): Promise<Repetition[]> {
  const early: number[] = [];
  const late: number[] = [];
  for (let first = 0; first < LARGE; first += MEMORY_STEP) {
    await commitNew(large, first, MEMORY_STEP);
    const stored = first + MEMORY_STEP;
    if (stored >= MEMORY_FROM && early.length < REPETITIONS) early.push(memoryMegabytes());
    if (stored > LARGE - REPETITIONS * MEMORY_STEP) late.push(memoryMegabytes());
  }
  return late.map((value, index) => ({ value, anchorValue: early[index] ?? Number.NaN }));
}

function memoryMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}

function smallRate(pool: Pool): Promise<number> {
  return withSchema(pool, "fillbook_small", async (small) => {
    await commitNew(small, 0, SMALL);
    return commitRate(pool, small, SMALL);
  });
}

async function commitRate(pool: Pool, opened: BenchSchema, first: number): Promise<number> {
  const own = newBatches(opened, first, NEW);
  await pool.query("checkpoint");
  return perSecond(NEW, await timeMs(async () => expectInserted(await commitAll(opened.store, own), NEW)));
}

async function commitNew(opened: BenchSchema, first: number, count: number): Promise<void> {
  expectInserted(await commitAll(opened.store, newBatches(opened, first, count)), count);
}

function newBatches({ run }: BenchSchema, first: number, count: number) {
  return batchesOf(
    run,
    prepareBatches(prepareRecords(4, { first, count, varied: true }), { firstPage: 1 + first / BATCH_SIZE }),
  );
}
