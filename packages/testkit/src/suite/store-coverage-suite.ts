import assert from "node:assert/strict";
import { type Instant, instant } from "@fillbook/core";
import type { BookStore, Coverage } from "@fillbook/core/store";
import { fenceBatch } from "./fence-batch.ts";
import { aConnection, playPages } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;
const nothing: Coverage = { covered: [], open: [], missing: [] };

/** What a connection's pages covered: written with the cursor or not at all, and handed to the next run. */
export function storeCoverageSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("coverage: nothing is covered at first, and a missing connection has none", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    assert.deepEqual(await store.coverage("owner", connectionId), nothing);
    assert.equal(await store.coverage("owner", "nobody"), null);
    assert.deepEqual((await begun(store, connectionId)).coverage, nothing);
  });

  test("coverage: a commit writes it, one that says nothing leaves it, and the next run begins with it", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const { token, jobId } = await begun(store, connectionId);
    const told = coverageOf(1);
    await store.commit(withCoverage(fenceBatch({ connectionId, jobId, token, cursor: 1 }), told));
    await store.commit(fenceBatch({ connectionId, jobId, token, cursor: 2, page: 2 }));
    assert.deepEqual(await store.coverage("owner", connectionId), told);
    await store.endRun(runEnd({ connectionId, jobId, token }));
    assert.deepEqual((await begun(store, connectionId)).coverage, told);
  });

  test("coverage: a stale run and a repeated page write none", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const stale = await begun(store, connectionId);
    await passTime(LEASE_MS + 100);
    const { token, jobId } = await begun(store, connectionId);
    const batch = fenceBatch({ connectionId, jobId, token, cursor: 1 });
    await store.commit(withCoverage(batch, coverageOf(1)));
    const late = fenceBatch({ connectionId, jobId: stale.jobId, token: stale.token, cursor: 9 });
    assert.deepEqual(await store.commit(withCoverage(late, coverageOf(2))), { kind: "fenced" });
    await store.commit(withCoverage(batch, coverageOf(3)));
    assert.deepEqual(await store.coverage("owner", connectionId), coverageOf(1));
  });

  test("coverage: a page closes the problems that are over with it, and again is nothing", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const told = { kind: "warning", message: "look" } as const;
    await playPages(store, connectionId, [
      {
        records: [],
        diagnostics: [
          { ...told, key: "a" },
          { ...told, key: "b" },
        ],
      },
      { records: [], resolved: [{ ...told, key: "b" }] },
    ]);
    await playPages(store, connectionId, [{ records: [], resolved: [{ ...told, key: "b" }] }]);
    const keys = (await store.problems("owner", {})).items.map(({ problemKey }) => problemKey);
    assert.deepEqual(keys, [`warning:${connectionId}:a`]);
    const over = (await store.problems("owner", { state: "resolved" })).items;
    assert.deepEqual([over.length, over[0]?.problemKey], [1, `warning:${connectionId}:b`]);
  });
}

function coverageOf(day: number): Coverage {
  const at = (hour: number): Instant => instant(`2026-01-0${day}T0${hour}:00:00Z`);
  return {
    covered: [{ from: at(0), to: at(1), evidence: "pages" }],
    open: [{ from: at(1), to: at(2) }],
    missing: [{ from: at(2), to: at(3), reason: "rows never came", lasting: true }],
  };
}

function withCoverage(batch: ReturnType<typeof fenceBatch>, coverage: Coverage): typeof batch {
  return { ...batch, run: batch.run === null ? null : { ...batch.run, coverage } };
}

async function begun(store: BookStore, connectionId: string) {
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
  if (start.kind !== "started") throw new Error(`the run did not start: ${start.kind}`);
  return start;
}
