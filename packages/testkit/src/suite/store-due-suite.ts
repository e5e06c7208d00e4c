import assert from "node:assert/strict";
import { anExecution } from "../an-execution.ts";
import { aConnection, play } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const CLAIM_MS = 2000;

/** Which connections a scheduler's tick gets. Connections of the suite are due at once and a minute after each run. */
export function storeDueSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("due: each due connection is claimed once, whoever asks", async () => {
    const store = await makeStore();
    const ids = [await aConnection(store), await aConnection(store), await aConnection(store, { owner: "other" })];
    const claims = await Promise.all([1, 2, 3].map(() => store.claimDue({ limit: 2, leaseMs: CLAIM_MS })));
    assert.deepEqual(claims.map((claimed) => claimed.length).sort(), [0, 1, 2]);
    assert.deepEqual(claims.flat().sort(), [...ids].sort());
  });

  test("due: owners take turns, each one's longest due first", async () => {
    const store = await makeStore();
    const many: string[] = [];
    for (let count = 0; count < 12; count += 1)
      many.push(await aConnection(store, { owner: "many", dueHour: 1 + count }));
    const few = [await aConnection(store, { owner: "few", dueHour: 23 }), await aConnection(store, { owner: "few" })];
    const one = await aConnection(store, { owner: "one", dueHour: 22 });
    const first = await store.claimDue({ limit: 3, leaseMs: CLAIM_MS });
    assert.deepEqual(first, [few[1], many[0], one]);
    assert.deepEqual(await store.claimDue({ limit: 3, leaseMs: CLAIM_MS }), [many[1], few[0], many[2]]);
    assert.deepEqual(await store.claimDue({ limit: 20, leaseMs: CLAIM_MS }), many.slice(3));
  });

  test("due: a claimed connection that is paused or not active by its turn does not begin on schedule", async () => {
    const store = await makeStore();
    for (const after of [{ pausedForMs: CLAIM_MS }, { status: "needs_reauth", dueInMs: null }] as const) {
      const connectionId = await aConnection(store);
      const begin = (onSchedule: boolean) =>
        store.beginRun({ connectionId, mode: "scheduled", window: {}, leaseMs: CLAIM_MS, onSchedule });
      const start = await begin(true);
      assert.ok(start.kind === "started");
      await store.endRun(runEnd({ connectionId, jobId: start.jobId, token: start.token, after }));
      assert.deepEqual(await begin(true), { kind: "paused" });
      const byHand = await begin(false);
      assert.ok(byHand.kind === "started");
      await store.endRun(runEnd({ connectionId, jobId: byHand.jobId, token: byHand.token, after }));
      if (!("pausedForMs" in after)) continue;
      await passTime(CLAIM_MS + 100);
      assert.equal((await begin(true)).kind, "started");
    }
  });

  test("due: a tick closes the job of a dead run also where nothing is ever due, and the dead writes nothing", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const begin = async () => {
      const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: CLAIM_MS });
      assert.ok(start.kind === "started");
      return { connectionId, jobId: start.jobId, token: start.token };
    };
    const after = { status: "needs_reauth", dueInMs: null } as const;
    await store.endRun(runEnd({ ...(await begin()), after }));
    const dead = await begin();
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), []);
    assert.equal((await store.job("owner", dead.jobId))?.status, "running");
    await passTime(CLAIM_MS + 100);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), []);
    const job = await store.job("owner", dead.jobId);
    assert.deepEqual([job?.status, job?.error?.code, job?.error?.connectionId], ["failed", "LEASE_LOST", connectionId]);
    assert.deepEqual(await store.endRun(runEnd({ ...dead, after })), { kind: "fenced" });
    assert.equal((await begin()).token > dead.token, true);
  });

  test("due: what a dead worker claimed is due again after the claim's time", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), [id]);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), []);
    await passTime(CLAIM_MS + 100);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), [id]);
  });

  test("due: a connection is not due while it runs nor right after, and its next sync is told", async () => {
    const store = await makeStore();
    const id = await aConnection(store);
    const start = await store.beginRun({ connectionId: id, mode: "manual", window: {}, leaseMs: CLAIM_MS });
    assert.equal(start.kind, "started");
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), []);
    await passTime(CLAIM_MS + 100);
    await play(store, id, [{ kind: "execution", execution: anExecution() }]);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), []);
    const connection = await store.connection("owner", id);
    assert.ok(connection !== null && (connection.nextSyncAt ?? "") > (connection.lastSyncAt ?? ""));
  });

  test("due: a connection that needs its owner is not claimed, another one is after its interval", async () => {
    const store = await makeStore();
    const id = await aConnection(store, { syncEveryMs: 1000 });
    const active = await aConnection(store, { syncEveryMs: 1000 });
    await play(store, active, []);
    const start = await store.beginRun({ connectionId: id, mode: "manual", window: {}, leaseMs: CLAIM_MS });
    assert.ok(start.kind === "started");
    const after = { status: "needs_reauth", health: "needs_reauth", dueInMs: null } as const;
    const { jobId, token } = start;
    await store.endRun(runEnd({ connectionId: id, jobId, token, status: "blocked_reauth", after }));
    assert.equal((await store.connection("owner", id))?.nextSyncAt, null);
    await passTime(1100);
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: CLAIM_MS }), [active]);
  });
}
