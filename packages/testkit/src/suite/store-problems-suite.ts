import assert from "node:assert/strict";
import { instant, problemAction } from "@fillbook/core";
import type { PageDiagnostic } from "@fillbook/core/connector";
import { anExecution } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { aConnection, play, playPages } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const at = instant("2026-02-01T00:00:00Z");
const warning: PageDiagnostic = { kind: "warning", key: "clock", message: "the clock is late" };
const rejected: ScriptedRecord = { kind: "rejected", reason: "unknown form" };

/** What people do about problems. */
export function storeProblemsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("problems: a resolved one stays resolved until it happens anew, and keeps its first moment", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const tell = () => playPages(store, connectionId, [{ records: [], diagnostics: [warning] }]);
    await tell();
    const [open] = (await store.problems("owner", {})).items;
    const id = open?.id ?? "";
    assert.deepEqual(await store.resolveProblem("owner", { id, at }), { ...open, resolvedAt: at });
    const later = instant("2026-03-01T00:00:00Z");
    assert.equal((await store.resolveProblem("owner", { id, at: later }))?.resolvedAt, at);
    assert.equal((await store.problems("owner", {})).items.length, 0);
    await play(store, connectionId, []);
    assert.equal((await store.problems("owner", {})).items.length, 0);
    await tell();
    assert.deepEqual(
      (await store.problems("owner", {})).items.map((problem) => problem.id),
      [id],
    );
  });

  test("problems: a reject that was put away does not come back with the same record", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [rejected]);
    const [problem] = (await store.problems("owner", {})).items;
    await store.resolveProblem("owner", { id: problem?.id ?? "", at });
    await play(store, connectionId, [rejected]);
    assert.equal((await store.problems("owner", {})).items.length, 0);
  });

  test("problems: one that does not exist is null", async () => {
    const store = await makeStore();
    for (const id of ["", "reject:none", "\u0000", "x".repeat(1000)])
      assert.equal(await store.resolveProblem("owner", { id, at }), null);
  });

  test("problems: filters choose by kind, severity, connection and state, and each has an action", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await playPages(store, connectionId, [{ records: [rejected], diagnostics: [warning] }]);
    const fill = anExecution();
    await play(store, connectionId, [
      { kind: "execution", execution: fill },
      { kind: "execution", execution: { ...fill, price: "7" } },
    ]);
    const kinds = async (filter: Parameters<typeof store.problems>[1]) =>
      (await store.problems("owner", filter)).items.map((problem) => problem.kind).sort();
    assert.deepEqual(await kinds({ severity: "error" }), ["conflict", "reject"]);
    assert.deepEqual(await kinds({ severity: "warning" }), ["warning"]);
    assert.deepEqual(await kinds({ severity: "error", kind: "reject", connectionId }), ["reject"]);
    assert.deepEqual(await kinds({ connectionId: "other" }), []);
    assert.deepEqual(await kinds({ state: "resolved" }), []);
    const actions = (await store.problems("owner", {})).items.map((problem) => problemAction(problem).kind);
    assert.deepEqual(actions.sort(), ["none", "pin-report", "reprocess"]);
  });
}
