import assert from "node:assert/strict";
import type { RunMode } from "@fillbook/core/connector";
import type { BookStore, ConnectionEnd } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { aConnection, play, readAll } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;

/** What the end of a run writes for the runs to come: state, pauses, follow-ups, and one row for runs without change. */
export function storeScheduleSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("schedule: a connection keeps what its run made of it, and is due after its pause", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    const state = { health: "degraded", breaker: "open", consecutiveFailures: 3 } as const;
    await ended(store, id, { after: { ...state, pausedForMs: 3000, dueInMs: 4000 } });
    const connection = await store.connection("owner", id);
    assert.deepEqual({ ...connection, ...state }, connection);
    assert.ok(connection?.pausedUntil != null && connection.nextSyncAt !== null && connection.lastSyncAt !== null);
    assert.ok(connection.lastSyncAt < connection.pausedUntil && connection.pausedUntil < connection.nextSyncAt);
    assert.deepEqual(await due(store), []);
    await passTime(4100);
    assert.deepEqual(await due(store), [id]);
    await ended(store, id, {});
    assert.equal((await store.connection("owner", id))?.pausedUntil, null);
  });

  test("schedule: a run that says nothing about its connection leaves it and its next sync alone", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    await ended(store, id, { after: { health: "degraded", consecutiveFailures: 1, dueInMs: 5000 } });
    const before = await store.connection("owner", id);
    const run = await begun(store, id, "manual");
    const result = await store.endRun({ ...runEnd({ connectionId: id, ...run }), connection: null });
    assert.equal(result.kind, "ended");
    assert.deepEqual(await store.connection("owner", id), before);
    await passTime(5100);
    assert.deepEqual(await due(store), [id]);
  });

  test("follow-up: many requests make the connection due once, right after the running job", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    const { jobId, token } = await begun(store, id, "scheduled");
    const queued = await Promise.all(
      Array.from({ length: 20 }, () => store.queueFollowUp("owner", { connectionId: id, jobId })),
    );
    assert.deepEqual(new Set(queued), new Set([true]));
    assert.deepEqual(await due(store), []);
    await store.endRun(runEnd({ connectionId: id, jobId, token }));
    assert.deepEqual(await due(store), [id]);
    const next = await begun(store, id, "scheduled");
    await store.endRun(runEnd({ connectionId: id, ...next }));
    assert.deepEqual(await due(store), []);
  });

  test("follow-up: none behind a job that has ended, that is another's, or that nobody has", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    const { jobId, token } = await begun(store, id, "manual");
    assert.equal(await store.queueFollowUp("owner", { connectionId: id, jobId: "nobody's" }), false);
    assert.equal(await store.queueFollowUp("stranger", { connectionId: id, jobId }), false);
    await store.endRun(runEnd({ connectionId: id, jobId, token }));
    assert.equal(await store.queueFollowUp("owner", { connectionId: id, jobId }), false);
    assert.deepEqual(await due(store), []);
  });

  test("follow-up: it breaks no pause and wakes no connection that needs its owner", async () => {
    const store = await makeStore();
    for (const after of [
      { pausedForMs: 5000, dueInMs: 5000 },
      { status: "needs_reauth", dueInMs: null },
    ] as const) {
      const id = await aConnection(store);
      const { jobId, token } = await begun(store, id, "manual");
      assert.equal(await store.queueFollowUp("owner", { connectionId: id, jobId }), true);
      await store.endRun(runEnd({ connectionId: id, jobId, token, after }));
      assert.deepEqual(await due(store), []);
    }
  });

  test("follow-up: it comes also when the process of the running job died", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    await ended(store, id, {});
    const { jobId } = await begun(store, id, "manual");
    assert.equal(await store.queueFollowUp("owner", { connectionId: id, jobId }), true);
    assert.deepEqual(await due(store), []);
    await passTime(LEASE_MS + 100);
    assert.deepEqual(await due(store), [id]);
  });

  test("unchanged: only the latest scheduled run without change keeps its row, and counts those before", async () => {
    const store = await makeStore();
    const [id, other] = [await aConnection(store), await aConnection(store)];
    const changed = await play(store, id, [{ kind: "execution", execution: anExecution() }]);
    await ended(store, other, { unchanged: true });
    const first = await ended(store, id, { unchanged: true });
    const second = await ended(store, id, { unchanged: true });
    const failed = await ended(store, id, { status: "failed" });
    const third = await ended(store, id, { unchanged: true });
    const jobs = await readAll((after) => store.jobs("owner", { connectionId: id, ...after }));
    const counts = new Map(jobs.map((job) => [job.id, job.unchangedRuns]));
    assert.deepEqual(
      counts,
      new Map([
        [third, 3],
        [failed, 0],
        [changed.jobId, 0],
      ]),
    );
    assert.deepEqual([await store.job("owner", first), await store.job("owner", second)], [null, null]);
    assert.equal((await store.job("owner", third))?.status, "succeeded");
    const others = (await store.jobs("owner", { connectionId: other })).items;
    assert.deepEqual(
      others.map(({ unchangedRuns }) => unchangedRuns),
      [1],
    );
  });
}

function due(store: BookStore): Promise<readonly string[]> {
  return store.claimDue({ limit: 10, leaseMs: LEASE_MS });
}

async function begun(store: BookStore, connectionId: string, mode: RunMode) {
  const start = await store.beginRun({ connectionId, mode, window: {}, leaseMs: LEASE_MS });
  assert.ok(start.kind === "started");
  return { jobId: start.jobId, token: start.token };
}

/** A scheduled run that ends so; answers with its job. */
async function ended(
  store: BookStore,
  connectionId: string,
  end: {
    readonly status?: "succeeded" | "failed";
    readonly unchanged?: boolean;
    readonly after?: Partial<ConnectionEnd>;
  },
): Promise<string> {
  const run = await begun(store, connectionId, "scheduled");
  const result = await store.endRun(runEnd({ connectionId, ...run, ...end }));
  assert.equal(result.kind, "ended");
  return run.jobId;
}
