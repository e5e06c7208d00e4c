import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { createFillbook, instant, type Step } from "@fillbook/core";
import type { BookStore, StorePrune } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { fakeClock } from "../fake-clock.ts";
import { scripted } from "../scripted.ts";
import { aConnection, play, readAll, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const long = instant("2001-01-01T00:00:00Z");
const late = instant("2099-01-01T00:00:00Z");
const nothing = { jobs: 0, steps: 0, problems: 0, audit: 0, more: false };

const pruned = (store: BookStore, request: Partial<StorePrune>) =>
  store.prune({ includeUndoable: false, limit: 1000, ...request });
const everything = { jobsBefore: late, stepsBefore: late, problemsBefore: late, auditBefore: late };

/** Old rows go, and nothing that counts. */
export function storePruneSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("prune: jobs that stored nothing go with their steps, of all owners; what counts stays as it is", async () => {
    const store = await makeStore();
    const ids = await Promise.all(["owner", "other"].map((owner) => aConnection(store, { owner })));
    for (const id of ids) {
      await play(store, id, [{ kind: "execution", execution: anExecution() }]);
      await play(store, id, []);
    }
    const before = await stateOf(store);
    assert.deepEqual(await pruned(store, { jobsBefore: long }), nothing);
    assert.deepEqual(await pruned(store, {}), nothing);
    const steps = (await stepsOf(store, "owner")).length + (await stepsOf(store, "other")).length;
    const gone = await pruned(store, { jobsBefore: late });
    assert.deepEqual({ ...gone, steps: 0 }, { ...nothing, jobs: 2 });
    for (const owner of ["owner", "other"]) {
      const jobs = await readAll((after) => store.jobs(owner, after));
      assert.deepEqual(
        jobs.map(({ stats }) => stats.inserted),
        [1],
      );
      for (const step of await stepsOf(store, owner)) assert.equal(step.jobId, jobs[0]?.id);
    }
    assert.equal((await stepsOf(store, "owner")).length + (await stepsOf(store, "other")).length, steps - gone.steps);
    assert.deepEqual(await stateOf(store), before);
    assert.deepEqual(await pruned(store, { jobsBefore: late }), nothing);
  });

  test("prune: an import can be undone until the job is asked for by name, and runs go on after that", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const told = [{ kind: "execution", execution: anExecution() }] as const;
    const first = await play(store, connectionId, told);
    await pruned(store, everything);
    const clock = fakeClock();
    const user = createFillbook({ store, connectors: [scripted({ pages: [] })], clock }).forUser("owner");
    assert.equal((await user.undoImport(first.jobId)).status, "undone");
    const second = await play(store, connectionId, told);
    assert.equal((await pruned(store, { jobsBefore: late, includeUndoable: true })).jobs, 2);
    assert.deepEqual((await store.jobs("owner", {})).items, []);
    assert.equal((await store.executions("owner", { canonical: true })).items.length, 1);
    await assert.rejects(user.undoImport(second.jobId), { code: "JOB_NOT_FOUND" });
    assert.equal((await play(store, connectionId, told)).stats.duplicates, 1);
  });

  test("prune: a job that runs stays, and so do its steps of late", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const run = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
    assert.equal((await pruned(store, { jobsBefore: late, includeUndoable: true })).jobs, 0);
    assert.ok(run.kind === "started");
    assert.notEqual(await store.job("owner", run.jobId), null);
  });

  test("prune: steps, events and resolved problems go by their own ages, open problems never", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    for (const reason of ["one", "two"]) await play(store, connectionId, [{ kind: "rejected", reason, raw: reason }]);
    const [open, resolved] = (await store.problems("owner", {})).items;
    const at = instant("2026-06-01T00:00:00Z");
    const audit = {
      ...{ id: randomUUID(), at, by: "owner", action: "problem.resolved" as const },
      ...{ connectionId, tradeId: null, details: null },
    };
    await store.resolveProblem("owner", { id: resolved?.id ?? "", at, audit });
    assert.deepEqual(await pruned(store, { problemsBefore: at }), nothing);
    assert.deepEqual(await pruned(store, { problemsBefore: late }), { ...nothing, problems: 1 });
    assert.deepEqual(
      (await store.problems("owner", {})).items.map(({ id }) => id),
      [open?.id],
    );
    assert.deepEqual(await pruned(store, { auditBefore: at }), { ...nothing, audit: 1 });
    assert.deepEqual((await store.auditEvents("owner", {})).items, [audit]);
    const steps = [...(await stepsOf(store, "owner"))].map(({ startedAt }) => startedAt).sort();
    const middle = steps[Math.floor(steps.length / 2)] ?? late;
    const older = steps.filter((startedAt) => startedAt < middle).length;
    assert.deepEqual(await pruned(store, { stepsBefore: middle }), { ...nothing, steps: older });
    assert.equal((await stepsOf(store, "owner")).length, steps.length - older);
  });

  test("prune: no call deletes more of a kind than its limit, and calls in a row delete all", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    for (let run = 0; run < 5; run += 1)
      await play(store, connectionId, [{ kind: "rejected", reason: "no", raw: `row ${run}` }]);
    const total = { jobs: 0, steps: 0 };
    let calls = 0;
    for (let more = true; more; calls += 1) {
      const gone = await pruned(store, { jobsBefore: late, limit: 3 });
      assert.ok(Math.max(gone.jobs, gone.steps) <= 3);
      total.jobs += gone.jobs;
      total.steps += gone.steps;
      more = gone.more;
    }
    assert.equal(total.jobs, 5);
    assert.ok(calls > total.steps / 3);
    assert.deepEqual(await stepsOf(store, "owner"), []);
  });
}

function stepsOf(store: BookStore, owner: string): Promise<readonly Step[]> {
  return readAll((after) => store.steps(owner, { limit: 100, ...after }));
}
