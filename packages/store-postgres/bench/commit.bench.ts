import type { Pool } from "pg";
import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import {
  batchesOf,
  commitAll,
  expectInserted,
  FILLS,
  prepareBatches,
  prepareRecords,
  repeated,
} from "../../store-memory/bench/prepare-batches.ts";
import { type BenchSchema, withSchema } from "./bench-schema.ts";
import { withServer } from "./bench-server.ts";
import { timeCopyMs } from "./copy-rows.ts";
import { rowVersionsWritten, walBytes } from "./written.ts";

// Goal: what a store in PostgreSQL costs a fill beside the least that any could do. Method: 100,000 fills, four to an
// order, first as news, then all of them again. The anchor is COPY of the very rows that the commits stored, into
// tables with the same indexes and checks, in one transaction.

const REPETITIONS = 5;
const WARM_UPS = 1;

const batches = prepareBatches(prepareRecords(4, { varied: true }));
const parts = await withServer(async (pool) => {
  const measured: Awaited<ReturnType<typeof repetition>>[] = [];
  for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
    const one = await repetition(pool);
    if (round >= 0) measured.push(one);
  }
  return measured;
});
const copy = "COPY of the same rows into tables with the same indexes";
report([
  {
    name: "PostgreSQL commit",
    unit: "executions/s",
    anchor: copy,
    goal: { of: "ratio", relation: ">=", bound: 0.35 },
    repetitions: parts.map(({ commit }) => commit),
  },
  {
    name: "PostgreSQL replay",
    unit: "executions/s",
    anchor: copy,
    goal: { of: "ratio", relation: ">=", bound: 2.5 },
    repetitions: parts.map(({ replay }) => replay),
  },
  {
    name: "PostgreSQL replay, write-ahead log",
    unit: "bytes/execution",
    anchor: "the write-ahead log of the commit that stored it",
    goal: { of: "value", relation: "<=", bound: 16 },
    repetitions: parts.map(({ wal }) => wal),
  },
  {
    name: "PostgreSQL replay, row versions written or dead",
    unit: "rows",
    anchor: "the row versions that the commits wrote",
    goal: { of: "value", relation: "<=", bound: 0 },
    repetitions: parts.map(({ versions }) => versions),
  },
]);

function repetition(pool: Pool) {
  return withSchema(pool, "fillbook", async (opened) => {
    const { store, schema, run } = opened;
    const commit = await commitMs(pool, opened);
    const committed = await rowVersionsWritten(pool, schema);
    const copyMs = await timeCopyMs(pool, { like: schema, transactions: 1 });
    const again = repeated(batchesOf(run, batches));
    await pool.query("checkpoint");
    const startedAt = await walBytes(pool);
    const replayMs = await timeMs(async () => expectInserted(await commitAll(store, again), 0));
    const replayBytes = (await walBytes(pool)) - startedAt;
    const written = (await rowVersionsWritten(pool, schema)) - committed;
    const rates = (durationMs: number): Repetition => ({
      value: perSecond(FILLS, durationMs),
      anchorValue: perSecond(FILLS, copyMs),
    });
    return {
      commit: rates(commit.durationMs),
      replay: rates(replayMs),
      wal: { value: replayBytes / FILLS, anchorValue: commit.bytes / FILLS },
      versions: { value: written, anchorValue: committed },
    };
  });
}

async function commitMs(pool: Pool, { store, run }: BenchSchema) {
  const own = batchesOf(run, batches);
  await pool.query("checkpoint");
  const startedAt = await walBytes(pool);
  const durationMs = await timeMs(async () => expectInserted(await commitAll(store, own), FILLS));
  return { durationMs, bytes: (await walBytes(pool)) - startedAt };
}
