import assert from "node:assert/strict";
import { type ErrorReport, instant } from "@fillbook/core";
import type { BookStore, ConnectionChange } from "@fillbook/core/store";
import { fenceBatch } from "./fence-batch.ts";
import { aConnection, play } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;
const at = instant("2026-02-01T00:00:00Z");

/** A run of a connection that was disconnected meanwhile. */
const fencedBy: ErrorReport = {
  ...{ code: "CONNECTION_DISCONNECTED", recovery: "fix-config", message: "disconnected" },
  ...{ retryAfterMs: null, connectionId: null },
};

/** Changes of a connection by its owner, also while it runs. */
export function storeConnectionsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("connections: a change sets what it names and nothing else", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store, { settings: { tier: "pro" }, sealed: { ct: "kept" } });
    const before = await store.connection("owner", connectionId);
    const set = { label: "mine", settings: { tier: "starter" }, syncEveryMs: 5000 };
    const changed = await change(store, connectionId, { set });
    assert.deepEqual(changed, { ...before, ...set, updatedAt: at });
    assert.deepEqual(await store.connection("owner", connectionId), changed);
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), { ct: "kept" });
    const breaker = { breaker: "open", consecutiveFailures: 3, pausedUntil: at } as const;
    assert.deepEqual(await change(store, connectionId, { set: { ...breaker, label: null } }), {
      ...{ ...changed, ...breaker, label: null },
    });
  });

  test("connections: a change from another status than it names does nothing", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store, { sealed: { ct: "kept" } });
    const before = await store.connection("owner", connectionId);
    const refused = { from: ["error", "disconnected"], set: { label: "x" }, sealed: null } as const;
    assert.equal(await change(store, connectionId, refused), null);
    assert.equal(await change(store, "nobody's", {}), null);
    assert.deepEqual(await store.connection("owner", connectionId), before);
    assert.deepEqual(await store.sealedCredentials("owner", connectionId), { ct: "kept" });
  });

  test("connections: a change of status or next sync sets when the connection is due", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await change(store, connectionId, { set: { status: "disconnected", nextSyncAt: null } });
    assert.deepEqual(await due(store), []);
    assert.equal((await begin(store, connectionId)).kind, "disconnected");
    const again = { from: ["disconnected"], set: { status: "active", nextSyncAt: at } } as const;
    await change(store, connectionId, { ...again, set: { ...again.set, nextSyncAt: instant("2099-01-01T00:00:00Z") } });
    assert.deepEqual(await due(store), []);
    await change(store, connectionId, { set: { nextSyncAt: instant("2020-01-01T00:00:00Z") } });
    assert.deepEqual(await due(store), [connectionId]);
  });

  test("connections: a change of something else leaves a claim alone", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    assert.deepEqual(await due(store), [connectionId]);
    await change(store, connectionId, { set: { label: "mine" } });
    assert.deepEqual(await due(store), []);
  });

  test("connections: a disconnect fences the run that goes on, which writes nothing more and brings nothing back", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store, { sealed: { ct: "gone" } });
    const run = await started(store, connectionId);
    await store.commit(fenceBatch({ connectionId, ...run, cursor: 1 }));
    const set = { status: "disconnected", nextSyncAt: null } as const;
    await change(store, connectionId, { set, sealed: null, fencedBy });
    assert.deepEqual(await store.commit(fenceBatch({ connectionId, ...run, cursor: 2, page: 2 })), { kind: "fenced" });
    assert.equal(await store.renewLease({ connectionId, token: run.token, leaseMs: LEASE_MS }), false);
    assert.deepEqual(await store.endRun(runEnd({ connectionId, ...run })), { kind: "fenced" });
    const job = await store.job("owner", run.jobId);
    assert.deepEqual([job?.status, job?.error, job?.finishedAt, job?.cursorAfter], ["failed", fencedBy, at, 1]);
    assert.equal((await store.connection("owner", connectionId))?.status, "disconnected");
    assert.deepEqual(await due(store), []);
  });

  test("connections: after a reconnect the next run begins at once, where the fenced one was", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store, { sealed: { ct: "old" } });
    const run = await started(store, connectionId);
    await store.commit(fenceBatch({ connectionId, ...run, cursor: { page: 1 } }));
    await change(store, connectionId, { set: { status: "active", nextSyncAt: at }, sealed: { ct: "new" }, fencedBy });
    const next = await started(store, connectionId);
    assert.ok(next.token > run.token);
    assert.deepEqual(next.cursor, { page: 1 });
    assert.deepEqual(await store.endRun(runEnd({ connectionId, ...run })), { kind: "fenced" });
    assert.equal((await store.job("owner", next.jobId))?.status, "running");
  });

  test("connections: without a run a fence closes no job", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const { jobId } = await play(store, connectionId, []);
    const before = await store.job("owner", jobId);
    await change(store, connectionId, { fencedBy });
    assert.deepEqual(await store.job("owner", jobId), before);
  });
}

function change(store: BookStore, connectionId: string, details: Partial<ConnectionChange>) {
  return store.changeConnection({ owner: "owner", connectionId, from: ["active"], at, set: {}, ...details });
}

function due(store: BookStore): Promise<readonly string[]> {
  return store.claimDue({ limit: 10, leaseMs: 60_000 });
}

function begin(store: BookStore, connectionId: string) {
  return store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
}

async function started(store: BookStore, connectionId: string) {
  const start = await begin(store, connectionId);
  assert.ok(start.kind === "started");
  const { jobId, token, cursor } = start;
  return { jobId, token, cursor };
}
