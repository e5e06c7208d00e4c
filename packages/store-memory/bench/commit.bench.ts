import { createHash } from "node:crypto";
import type { CommitBatch } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import { fakeClock } from "@fillbook/testkit";
import type { Repetition } from "../../../tools/bench-row.ts";
import { perSecond, report, timeMs } from "../../../tools/bench-timer.ts";
import {
  batchesOf,
  commitAll,
  expectInserted,
  FILLS,
  openRun,
  prepareBatches,
  prepareRecords,
  repeated,
} from "./prepare-batches.ts";

// Goal: what core and a store without I/O cost a fill. Method: 100,000 fills, four to an order, in batches of 1,000;
// first as news, then all of them again. Each repetition has a new store and measures the anchors beside it.

const REPETITIONS = 5;
const WARM_UPS = 1;

const records = prepareRecords(4);
const batches = prepareBatches(records);
const parts = { page: [] as Repetition[], commit: [] as Repetition[], replay: [] as Repetition[] };
for (let round = -WARM_UPS; round < REPETITIONS; round += 1) {
  const measured = await repetition();
  if (round < 0) continue;
  parts.page.push(measured.page);
  parts.commit.push(measured.commit);
  parts.replay.push(measured.replay);
}
report([
  {
    name: "page to batch",
    unit: "executions/s",
    anchor: "JSON.stringify and SHA-256 by node:crypto of the same records",
    goal: null,
    repetitions: parts.page,
  },
  {
    name: "commit",
    unit: "executions/s",
    anchor: "JSON.stringify of the same rows and insert into one Map",
    goal: { of: "value", relation: ">=", bound: 100_000 },
    repetitions: parts.commit,
  },
  {
    name: "replay",
    unit: "executions/s",
    anchor: "one Map look-up of each row's key",
    goal: null,
    repetitions: parts.replay,
  },
]);

async function repetition(): Promise<{ page: Repetition; commit: Repetition; replay: Repetition }> {
  const page = rates(await timeMs(() => void prepareBatches(records)), await timeMs(hashRecords));
  const store = memoryStore({ clock: fakeClock() });
  const own = batchesOf(await openRun(store), batches);
  const again = repeated(own);
  const commitMs = await timeMs(async () => expectInserted(await commitAll(store, own), FILLS));
  const rows = new Map<string, string>();
  const insertMs = await timeMs(() => insertRows(rows, batches));
  const replayMs = await timeMs(async () => expectInserted(await commitAll(store, again), 0));
  const lookUpMs = await timeMs(() => lookUpRows(rows, batches));
  return { page, commit: rates(commitMs, insertMs), replay: rates(replayMs, lookUpMs) };
}

function rates(durationMs: number, anchorMs: number): Repetition {
  return { value: perSecond(FILLS, durationMs), anchorValue: perSecond(FILLS, anchorMs) };
}

function hashRecords(): void {
  for (const { raw } of records) createHash("sha256").update(JSON.stringify(raw)).digest("hex");
}

function insertRows(rows: Map<string, string>, from: readonly CommitBatch[]): void {
  for (const { reports } of from) for (const row of reports) rows.set(row.revisionKey, JSON.stringify(row));
}

function lookUpRows(rows: ReadonlyMap<string, string>, from: readonly CommitBatch[]): void {
  let found = 0;
  for (const { reports } of from) for (const row of reports) found += rows.has(row.revisionKey) ? 1 : 0;
  expectInserted(FILLS - found, 0);
}
