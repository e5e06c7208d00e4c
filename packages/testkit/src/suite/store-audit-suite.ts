import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type AuditEvent, instant } from "@fillbook/core";
import type { BookStore, ConnectionChange, ConnectionProblem } from "@fillbook/core/store";
import { aConnection, play, readAll } from "./play.ts";
import { runEnd } from "./run-end.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const at = instant("2026-02-01T00:00:00Z");
const later = instant("2026-02-02T00:00:00Z");

/** Who changed what, and the problem of a connection itself: both are written with what they tell of, or not at all. */
export function storeAuditSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("audit: every change writes its event, newest first and as it was given", async () => {
    const store = await makeStore();
    const sealed = { ct: "old" };
    const connectionId = await aConnection(store, { sealed });
    const events = [anEvent(connectionId, { at }), anEvent(connectionId, { at: later, by: "clerk" })] as const;
    await store.changeConnection(changeOf(connectionId, events[0]));
    const next = { ct: "new" };
    await store.replaceSealedCredentials({
      owner: "owner",
      connectionId,
      expected: sealed,
      sealed: next,
      audit: events[1],
    });
    assert.deepEqual((await store.auditEvents("owner", { limit: 2 })).items, [events[1], events[0]]);
    const actions = (await readAll((after) => store.auditEvents("owner", after))).map(({ action }) => action);
    assert.deepEqual(actions, ["connection.updated", "connection.updated", "connection.connected"]);
    const connected = await store.auditEvents("owner", { action: "connection.connected", connectionId });
    assert.equal(connected.items.length, 1);
    assert.deepEqual((await store.auditEvents("owner", { connectionId: "another" })).items, []);
    assert.deepEqual((await store.auditEvents("stranger", {})).items, []);
  });

  test("audit: what is refused writes none", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store, { sealed: { ct: "old" } });
    const before = await store.auditEvents("owner", {});
    const audit = anEvent(connectionId, { at });
    assert.equal(await store.changeConnection({ ...changeOf(connectionId, audit), from: ["error"] }), null);
    const stale = { owner: "owner", connectionId, expected: { ct: "stale" }, sealed: { ct: "new" }, audit };
    assert.equal(await store.replaceSealedCredentials(stale), false);
    const connection = await store.connection("owner", connectionId);
    assert.ok(connection !== null);
    await assert.rejects(store.createConnection({ connection, sole: false, audit }), { code: "OPTION_INVALID" });
    const run = await begun(store, connectionId);
    const problem = { opens: aProblem(connectionId, "needs_reauth") };
    assert.equal((await store.endRun(runEnd({ ...run, token: run.token + 1, problem, audit }))).kind, "fenced");
    assert.deepEqual(await store.auditEvents("owner", {}), before);
    assert.deepEqual((await store.problems("owner", {})).items, []);
  });

  test("audit: a problem is resolved once, and its event names the problem's connection", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [{ kind: "rejected", reason: "unknown form" }]);
    const id = (await store.problems("owner", {})).items[0]?.id ?? "";
    const audit = (moment: typeof at) => ({ ...anEvent(null, { at: moment }), action: "problem.resolved" as const });
    await store.resolveProblem("owner", { id, at, audit: audit(at) });
    await store.resolveProblem("owner", { id, at: later, audit: audit(later) });
    await store.resolveProblem("owner", { id: "nobody's", at: later, audit: audit(later) });
    const { items } = await store.auditEvents("owner", { action: "problem.resolved" });
    assert.deepEqual(
      items.map((event) => [event.at, event.connectionId]),
      [[at, connectionId]],
    );
  });

  test("audit: a run's end opens the problem of its connection, keeps it, changes its kind, and ends it", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const states: unknown[] = [];
    const end = async (problem?: ConnectionProblem) => {
      const audit = problem === undefined ? {} : { audit: anEvent(connectionId, { at }) };
      await store.endRun(
        runEnd({ ...(await begun(store, connectionId)), ...audit, ...(problem === undefined ? {} : { problem }) }),
      );
      const { items } = await store.problems("owner", {});
      states.push(items.map(({ kind, message }) => [kind, message]));
      return items[0];
    };
    const first = await end({ opens: aProblem(connectionId, "maintenance") });
    assert.equal(first?.connectionId, connectionId);
    const again = await end({ opens: { ...aProblem(connectionId, "maintenance"), message: "of the second run" } });
    assert.deepEqual(again, first);
    await end();
    await end({ opens: aProblem(connectionId, "needs_reauth") });
    assert.deepEqual(await store.problemCounts("owner", { connectionId }), [
      { kind: "needs_reauth", severity: "error", count: 1 },
    ]);
    await end({ resolves: aProblem(connectionId, "needs_reauth").problemKey });
    await end({ resolves: aProblem(connectionId, "needs_reauth").problemKey });
    await end({ opens: aProblem(connectionId, "needs_reauth") });
    const maintenance = [["maintenance", "it is maintenance"]];
    const reauth = [["needs_reauth", "it is needs_reauth"]];
    assert.deepEqual(states, [maintenance, maintenance, maintenance, reauth, [], [], reauth]);
    await store.changeConnection({
      ...changeOf(connectionId, anEvent(connectionId, { at })),
      ...resolving(connectionId),
    });
    assert.deepEqual(await store.problemCounts("owner", {}), []);
    assert.equal((await readAll((after) => store.auditEvents("owner", after))).length, 1 + 6 + 1);
  });

  test("audit: open problems are counted by kind and severity", async () => {
    const store = await makeStore();
    const [one, other] = [await aConnection(store), await aConnection(store)];
    for (const reason of ["first", "second"]) await play(store, one, [{ kind: "rejected", reason }]);
    await play(store, other, [{ kind: "rejected", reason: "third" }]);
    const [{ severity } = { severity: "info" as const }] = (await store.problems("owner", {})).items;
    const counted = async (filter: { readonly connectionId?: string }) => await store.problemCounts("owner", filter);
    assert.deepEqual(await counted({}), [{ kind: "reject", severity, count: 3 }]);
    assert.deepEqual(await counted({ connectionId: one }), [{ kind: "reject", severity, count: 2 }]);
    assert.deepEqual(await counted({ connectionId: "nobody's" }), []);
  });
}

function anEvent(connectionId: string | null, changes: Pick<AuditEvent, "at"> & Partial<AuditEvent>): AuditEvent {
  const action = "connection.updated";
  return {
    ...{ id: randomUUID(), by: "owner", action, connectionId, tradeId: null },
    details: { changed: ["label"] },
    ...changes,
  };
}

function changeOf(connectionId: string, audit: AuditEvent): ConnectionChange {
  return { owner: "owner", connectionId, from: ["active"], at, set: { label: "new" }, audit };
}

function aProblem(connectionId: string, kind: "maintenance" | "needs_reauth") {
  const severity = kind === "maintenance" ? "info" : "error";
  return { problemKey: `connection:${connectionId}`, kind, severity, message: `it is ${kind}`, details: null } as const;
}

function resolving(connectionId: string): ConnectionProblem {
  return { resolves: `connection:${connectionId}` };
}

async function begun(store: BookStore, connectionId: string) {
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
  assert.ok(start.kind === "started");
  return { connectionId, jobId: start.jobId, token: start.token };
}
