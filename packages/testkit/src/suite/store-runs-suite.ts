import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { fenceBatch } from "./fence-batch.ts";
import { aConnection, play, stateOf } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;

/** Leases, fences and jobs: one run at a time, and a run that lost its place writes nothing. */
export function storeRunsSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("runs: a second run is refused while a lease holds", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const first = await begun(store, connectionId);
    const second = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
    assert.deepEqual(second, { kind: "busy", runningJobId: first.jobId });
  });

  test("runs: an unknown connection is missing", async () => {
    const store = await makeStore();
    const start = await store.beginRun({ connectionId: "nobody", mode: "manual", window: {}, leaseMs: LEASE_MS });
    assert.deepEqual(start, { kind: "missing" });
  });

  test("runs: an expired lease is taken over, and the abandoned job is closed as failed", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const first = await begun(store, connectionId);
    await passTime(LEASE_MS + 100);
    const second = await begun(store, connectionId);
    assert.ok(second.token > first.token);
    const abandoned = await store.job("owner", first.jobId);
    assert.equal(abandoned?.status, "failed");
    assert.equal(abandoned?.error?.code, "LEASE_LOST");
    assert.notEqual(abandoned?.finishedAt, null);
  });

  test("runs: a renewed lease is not taken over", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const { token, jobId } = await begun(store, connectionId);
    await passTime(LEASE_MS / 2);
    assert.equal(await store.renewLease({ connectionId, token, leaseMs: LEASE_MS * 2 }), true);
    await passTime(LEASE_MS);
    const second = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
    assert.deepEqual(second, { kind: "busy", runningJobId: jobId });
  });

  test("runs: a stale fence writes nothing, moves no cursor, ends no job", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const stale = await begun(store, connectionId);
    await passTime(LEASE_MS + 100);
    const current = await begun(store, connectionId);
    const before = await stateOf(store);
    assert.deepEqual(await store.commit(fenceBatch({ connectionId, ...stale, cursor: { stale: true } })), {
      kind: "fenced",
    });
    assert.equal(await store.renewLease({ connectionId, token: stale.token, leaseMs: LEASE_MS }), false);
    const staleEnd = runEnd({ connectionId, jobId: stale.jobId, token: stale.token });
    assert.deepEqual(await store.endRun(staleEnd), { kind: "fenced" });
    assert.deepEqual(await stateOf(store), before);
    assert.equal((await store.job("owner", current.jobId))?.status, "running");
    const written = await store.commit(fenceBatch({ connectionId, ...current, cursor: { page: 1 } }));
    assert.equal(written.kind, "committed");
    const ended = await store.endRun(runEnd({ connectionId, jobId: current.jobId, token: current.token }));
    assert.equal(ended.kind, "ended");
    assert.deepEqual((await begun(store, connectionId)).cursor, { page: 1 });
  });

  test("runs: an ended run writes no more", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [{ kind: "execution", execution: anExecution() }]);
    const [job] = (await store.jobs("owner", {})).items;
    const batch = fenceBatch({ connectionId, jobId: job?.id ?? "", token: 1, cursor: null });
    assert.deepEqual(await store.commit(batch), { kind: "fenced" });
  });

  test("runs: the running run's token with another job's id is fenced", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const finished = await play(store, connectionId, []);
    const { token, jobId: running } = await begun(store, connectionId);
    const before = await store.jobs("owner", {});
    for (const jobId of [finished.jobId, "nobody's"]) {
      assert.deepEqual(await store.commit(fenceBatch({ connectionId, jobId, token, cursor: null })), {
        kind: "fenced",
      });
      const ended = await store.endRun(runEnd({ connectionId, jobId, token, status: "failed" }));
      assert.deepEqual(ended, { kind: "fenced" });
    }
    assert.deepEqual(await store.jobs("owner", {}), before);
    assert.equal((await store.job("owner", running))?.status, "running");
  });

  test("runs: a job keeps the sum of its pages' statistics, and the connection its last success", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const report = await play(store, connectionId, [
      { kind: "execution", execution: anExecution() },
      { kind: "ignored", reason: "deposit" },
    ]);
    const job = await store.job("owner", report.jobId);
    assert.deepEqual(job?.stats, report.stats);
    assert.deepEqual(job?.cursorAfter, report.cursorAfter);
    assert.equal(job?.status, "succeeded");
    assert.notEqual((await store.connection("owner", connectionId))?.lastSucceededAt, null);
  });

  test("now: it is the time that runs start at, and never goes back", async () => {
    const store = await makeStore();
    const before = await store.now();
    const begun = await store.beginRun({
      ...{ connectionId: await aConnection(store), mode: "manual", window: {}, leaseMs: 60_000 },
    });
    const after = await store.now();
    assert.ok(begun.kind === "started" && before <= begun.startedAt && begun.startedAt <= after);
  });

  test("state: a write with a stale version is refused and changes nothing", async () => {
    const store = await makeStore();
    assert.equal(await store.readState("k"), null);
    assert.equal(await store.writeState("k", { nonce: "1" }, 0), true);
    assert.equal(await store.writeState("k", { nonce: "2" }, 0), false);
    assert.deepEqual(await store.readState("k"), { value: { nonce: "1" }, version: 1 });
    const writes = await Promise.all([store.writeState("k", "a", 1), store.writeState("k", "b", 1)]);
    assert.equal(writes.filter(Boolean).length, 1);
  });
}

async function begun(store: BookStore, connectionId: string) {
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
  if (start.kind !== "started") throw new Error(`the run did not start: ${start.kind}`);
  return start;
}
