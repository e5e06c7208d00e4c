import assert from "node:assert/strict";
import { createFillbook, type Json, type ReprocessReport, type ReprocessRequest } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import fc from "fast-check";
import { anExecution } from "../an-execution.ts";
import { fakeClock } from "../fake-clock.ts";
import { hostileDelivery } from "../oracle/hostile-history.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { blinded, deliver } from "./deliver.ts";
import { aConnection, momentsOf, play, playPages, readAll, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 60_000;

/** Records that could not be read when they came, and can be now. */
export function storeRejectsSuite({ test, makeStore, histories = 100, seed }: StoreSuiteOptions): void {
  test("rejects: records that were read late give the state of records that were read at once", async () => {
    const property = fc.asyncProperty(hostileDelivery, fc.nat(6), async ({ pages }, chosen) => {
      const [late, direct] = [await makeStore(), await makeStore()];
      const isBlind = (record: Json) => JSON.stringify(record).length % 7 >= chosen;
      for (const [connectionId, connector] of await deliver(late, pages, { isBlind })) {
        const report = await reprocess(late, { connectionId }, connector);
        assert.equal(report.rejects.rejected, 0);
      }
      // A large page that could not be read stopped its run: that is for a person to put away.
      const { items } = await late.problems("owner", { kind: "schema_drift" });
      for (const { id, openedAt: at } of items) await late.resolveProblem("owner", { id, at });
      await deliver(direct, pages);
      assert.deepEqual(await stateOf(late), await stateOf(direct));
      assert.deepEqual(await momentsOf(late), await momentsOf(direct));
    });
    await fc.assert(property, { numRuns: Math.ceil(histories / 4), ...(seed === undefined ? {} : { seed }) });
  });

  test("rejects: reading them again leaves the cursor and resolves their problems, slice by slice", async () => {
    const store = await makeStore();
    const connectionId = await aBlindHistory(store, 5);
    const counts: number[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const report = await reprocess(store, { connectionId, limit: 2, ...(after === undefined ? {} : { after }) });
      assert.equal(report.status, "succeeded");
      counts.push(report.rejects.resolved);
      after = report.next;
    }
    assert.deepEqual(counts, [2, 2, 1]);
    assert.equal((await store.executions("owner", {})).items.length, 5);
    assert.equal((await store.problems("owner", {})).items.length, 0);
    assert.equal((await store.problems("owner", { state: "resolved" })).items.length, 5);
    assert.deepEqual((await play(store, connectionId, [])).cursorBefore, { page: 1 });
    const again = await reprocess(store, { connectionId });
    assert.deepEqual([again.rejects.read, again.stats.pages, again.next], [0, 0, null]);
  });

  test("rejects: the broker's repetition of a record that was read late is a duplicate", async () => {
    const store = await makeStore();
    const connectionId = await aBlindHistory(store, 2);
    await reprocess(store, { connectionId });
    const report = await play(store, connectionId, fills(2));
    assert.equal(report.stats.duplicates, 2);
    const old = await playPages(store, connectionId, [{ records: fills(2) }], { connector: blind });
    assert.deepEqual([old.stats.duplicates, old.stats.rejected], [2, 0]);
    assert.equal((await store.problems("owner", {})).items.length, 0);
  });

  test("rejects: what still cannot be read stays, and its problem says why today", async () => {
    const store = await makeStore();
    const connectionId = await aBlindHistory(store, 2);
    const other = { ...reader, normalize: () => ({ kind: "rejected", reason: "unknown currency" }) as const };
    const report = await reprocess(store, { connectionId }, other);
    assert.deepEqual(report.rejects, { read: 2, resolved: 0, rejected: 2, truncated: 0 });
    assert.deepEqual([report.stats.fetched, report.stats.duplicates], [2, 2]);
    const problems = (await store.problems("owner", { kind: "reject" })).items;
    assert.ok(problems.every((problem) => problem.message.endsWith("unknown currency")));
    const open = await store.openRejects("owner", { connectionId });
    assert.deepEqual(
      open.items.map((reject) => reject.reason),
      ["unknown currency", "unknown currency"],
    );
    assert.equal((await reprocess(store, { connectionId })).rejects.resolved, 2);
  });

  test("rejects: a record that is no fill after all is resolved, one of which the end is missing is left", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const deposit = { kind: "ignored", reason: "deposit" } as const;
    const large = { kind: "rejected", reason: "large", raw: "x".repeat(70_000) } as const;
    await playPages(store, connectionId, [{ records: [deposit, large] }], { connector: blind });
    const report = await reprocess(store, { connectionId });
    assert.deepEqual(report.rejects, { read: 2, resolved: 1, rejected: 0, truncated: 1 });
    assert.equal(report.stats.ignored, 1);
    assert.equal((await store.openRejects("owner", { connectionId })).items.length, 1);
  });

  test("rejects: while a run is going on they are not read", async () => {
    const store = await makeStore();
    const connectionId = await aBlindHistory(store, 1);
    const run = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
    const report = await bookOf(store, reader).reprocessRejects({ connectionId });
    assert.deepEqual(report, { status: "skipped", runningJobId: run.kind === "started" ? run.jobId : "" });
    assert.equal((await readAll((after) => store.openRejects("owner", { connectionId, ...after }))).length, 1);
  });
}

const reader = scripted({ pages: [] });
const blind = blinded(reader, () => true);

function fills(count: number): ScriptedRecord[] {
  return Array.from({ length: count }, (_, number) => {
    return { kind: "execution", execution: anExecution({ familyId: `E${number}` }) };
  });
}

async function aBlindHistory(store: BookStore, count: number): Promise<string> {
  const connectionId = await aConnection(store);
  await playPages(store, connectionId, [{ records: fills(count) }], { connector: blind });
  return connectionId;
}

function bookOf(store: BookStore, connector: AnyConnector) {
  const credentials = async () => ({ token: "t" });
  return createFillbook({ store, connectors: [connector], credentials, clock: fakeClock() }).forUser("owner");
}

async function reprocess(
  store: BookStore,
  request: ReprocessRequest,
  connector: AnyConnector = reader,
): Promise<Exclude<ReprocessReport, { readonly status: "skipped" }>> {
  const report = await bookOf(store, connector).reprocessRejects(request);
  if (report.status === "skipped") throw new Error(`job ${report.runningJobId} is running`);
  assert.equal(report.error, null);
  return report;
}
