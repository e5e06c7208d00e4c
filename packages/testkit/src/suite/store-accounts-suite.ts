import assert from "node:assert/strict";
import { type Connection, instant } from "@fillbook/core";
import type { BookStore, ConnectionChange, NewConnection } from "@fillbook/core/store";
import { newConnection } from "../new-connection.ts";
import { play } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;
const at = instant("2026-02-01T00:00:00Z");
const noProblems = { error: 0, warning: 0, info: 0 };

/** How connections begin, which accounts they have, and what is counted when they are read. */
export function storeAccountsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("accounts: an owner has one sole connection of an account and connector", async () => {
    const store = await makeStore();
    const first = await made(store, { sole: true });
    await assert.rejects(made(store, { sole: true }), { code: "ACCOUNT_CONNECTED", connectionId: first });
    await made(store, { sole: false });
    await made(store, { sole: true, connection: { accountRef: "A2" } });
    await made(store, { sole: true, connection: { connector: "other" } });
    await made(store, { sole: true, connection: { userId: "stranger" } });
    await made(store, { sole: true, connection: { accountRef: null, status: "pending" } });
    await made(store, { sole: true, connection: { accountRef: null, status: "pending" } });
    assert.equal((await store.connections("owner", {})).items.length, 6);
  });

  test("accounts: of sole connections that are made at once there is one", async () => {
    const store = await makeStore();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => made(store, { sole: true })));
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
    assert.deepEqual(
      refused,
      Array.from({ length: 7 }, () => "ACCOUNT_CONNECTED"),
    );
    assert.equal((await store.connections("owner", {})).items.length, 1);
  });

  test("accounts: a change makes no second sole connection either, and changes nothing then", async () => {
    const store = await makeStore();
    const first = await made(store, { sole: true });
    const refused = { code: "ACCOUNT_CONNECTED", connectionId: first };
    const pending = await made(store, { sole: true, connection: { accountRef: null, status: "pending" } });
    const beside = await made(store, { sole: false });
    const before = await store.connections("owner", {});
    const from = ["pending", "active"] as const;
    await assert.rejects(change(store, pending, { from, set: { accountRef: "A1", status: "active" } }), refused);
    await assert.rejects(change(store, beside, { from, sole: true }), refused);
    assert.deepEqual(await store.connections("owner", {}), before);
    await change(store, first, { from, sole: false, set: { status: "disconnected" } });
    const proven = { accountRef: "A1", status: "active", lastValidatedAt: at } as const;
    const changed = await change(store, pending, { from, set: proven });
    assert.deepEqual(changed, { ...before.items.find(({ id }) => id === pending), ...proven, updatedAt: at });
  });

  test("accounts: a pending connection is due like an active one, one for files never", async () => {
    const store = await makeStore();
    const pending = await made(store, { connection: { accountRef: null, status: "pending" } });
    const files = await made(store, { connection: { schedule: "files", nextSyncAt: null } });
    assert.deepEqual(await store.claimDue({ limit: 10, leaseMs: 60_000 }), [pending]);
    const start = await begin(store, pending, { onSchedule: true });
    assert.equal(start.kind === "started" && start.connection.status, "pending");
    assert.equal((await store.connection("owner", files))?.schedule, "files");
  });

  test("accounts: the first run begins at the cursor that the connection was made with", async () => {
    const store = await makeStore();
    const cursor = { statement: "1234", pages: [1, 2] };
    const start = await begin(store, await made(store, { cursor }), {});
    assert.deepEqual(start.kind === "started" && start.cursor, cursor);
    const job = start.kind === "started" ? await store.job("owner", start.jobId) : null;
    assert.deepEqual([job?.cursorBefore, job?.cursorAfter], [cursor, cursor]);
  });

  test("accounts: credentials are validated when a run says so", async () => {
    const store = await makeStore();
    const id = await made(store, {});
    const validated = async () => (await store.connection("owner", id))?.lastValidatedAt ?? null;
    assert.equal(await ended(store, id, false), null);
    const first = await ended(store, id, true);
    assert.equal(first, (await store.connection("owner", id))?.lastSyncAt);
    await ended(store, id, false);
    assert.equal(await validated(), first);
  });

  test("accounts: a connection counts its own open problems by severity, wherever it is read", async () => {
    const store = await makeStore();
    const id = await made(store, {});
    const quiet = await made(store, {});
    await play(store, id, [
      { kind: "rejected", reason: "odd" },
      { kind: "rejected", reason: "odder" },
    ]);
    const problem = { problemKey: `connection:${id}`, kind: "pacing", severity: "warning" } as const;
    await ended(store, id, true, { opens: { ...problem, message: "locked out", details: null } });
    const counts = { error: 2, warning: 1, info: 0 };
    const countsOf = (connection: Connection | null | undefined) => connection?.openProblems;
    assert.deepEqual(countsOf(await store.connection("owner", id)), counts);
    const listed = (await store.connections("owner", {})).items;
    assert.deepEqual(countsOf(listed.find((one) => one.id === id)), counts);
    assert.deepEqual(countsOf(listed.find((one) => one.id === quiet)), noProblems);
    const start = await begin(store, id, {});
    assert.deepEqual(start.kind === "started" && countsOf(start.connection), counts);
    const changed = await change(store, id, { from: ["active"], resolves: problem.problemKey });
    assert.deepEqual(countsOf(changed), { ...counts, warning: 0 });
    for (const { id: open } of (await store.problems("owner", {})).items)
      await store.resolveProblem("owner", { id: open, at });
    assert.deepEqual(countsOf(await store.connection("owner", id)), noProblems);
  });
}

async function made(store: BookStore, details: Parameters<typeof newConnection>[0]): Promise<string> {
  const { connection, ...rest }: NewConnection = newConnection(details);
  await store.createConnection({ connection, ...rest });
  return connection.id;
}

function change(store: BookStore, connectionId: string, details: Partial<ConnectionChange>) {
  return store.changeConnection({ owner: "owner", connectionId, from: ["active"], at, set: {}, ...details });
}

function begin(store: BookStore, connectionId: string, how: { readonly onSchedule?: boolean }) {
  return store.beginRun({ connectionId, mode: "scheduled", window: {}, leaseMs: LEASE_MS, ...how });
}

/** Lets one run end; answers when the credentials were validated then. */
async function ended(
  store: BookStore,
  connectionId: string,
  validated: boolean,
  problem?: Parameters<typeof runEnd>[0]["problem"],
) {
  const start = await begin(store, connectionId, {});
  assert.ok(start.kind === "started");
  const { jobId, token } = start;
  const rest = problem === undefined ? {} : { problem };
  await store.endRun(runEnd({ connectionId, jobId, token, after: { validated }, ...rest }));
  return (await store.connection("owner", connectionId))?.lastValidatedAt ?? null;
}
