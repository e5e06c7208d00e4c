import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import { aCancel, anExecution, type ExecutionDetails } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { toldBook, userOf } from "./told-book.ts";

/** Imports that a person takes back. */
export function storeUndoSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("undo: an import is in nothing that counts, its job says so, and a second undo does nothing", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const { jobId } = await tell(fill("O1", "F1"), fill("O1", "F2"), fill("O2", "F3"));
    const report = await user.undoImport(jobId);
    assert.deepEqual(
      [report.status, report.reversed.count, report.kept.count, report.blocked.count],
      ["undone", 3, 0, 0],
    );
    assert.deepEqual(await seen(store), { trades: [], fills: [], undone: 3 });
    const job = await user.job(jobId);
    assert.ok(job?.undoneAt != null);
    assert.deepEqual(await user.undoImport(jobId), { ...nothing, jobId });
    const { items: events } = await user.auditEvents({ action: "import.undone" });
    const details = { jobId, reversed: 3, kept: 0, blocked: 0, reports: 3, cancels: 0 };
    assert.deepEqual(
      events.map((event) => [event.by, event.details]),
      [["owner", details]],
    );
    assert.deepEqual(await user.job(jobId), job);
  });

  test("undo: what is told again is new, belongs to the job that told it, and gives the book of one import", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const records = [fill("O1", "F1"), fill("O1", "F2"), fill("O2", "F3"), bust("F2")];
    const first = await tell(...records);
    await user.undoImport(first.jobId);
    const again = await tell(...records, ...records);
    const { inserted, canceled, duplicates, fetched, pendingReview } = again.stats;
    assert.deepEqual([inserted, canceled, duplicates, fetched, pendingReview], [3, 1, 4, 8, 2]);
    assert.equal((await tell(...records)).stats.duplicates, 4);
    const fresh = await toldBook(makeStore);
    await fresh.tell(...records);
    assert.deepEqual(await stateOf(store), await stateOf(fresh.store));
    assert.equal((await user.undoImport(first.jobId)).status, "nothing_left");
    assert.equal((await user.undoImport(again.jobId)).reversed.count, 3);
    assert.deepEqual(await seen(store), { trades: [], fills: [], undone: 3 });
  });

  test("undo: a reviewed fill stays, and what a later import told of waits for that one's undo", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const first = await tell(fill("O1", "F1"), fill("O2", "F2"), fill("O3", "F3"));
    const reviewed = (await user.trades()).items.find(({ orderId }) => orderId === "O1");
    assert.ok(reviewed !== undefined);
    await user.review({ trades: [{ id: reviewed.id, version: reviewed.version }], link: { tradePlanId: "P1" } });
    const later = await tell(fill("O2", "F2", { revision: 1, price: "7" }));
    const report = await user.undoImport(first.jobId);
    const ids = ({ items }: { items: readonly { executionId: string | null }[] }) =>
      items.map((one) => one.executionId);
    assert.deepEqual([ids(report.reversed), ids(report.kept), ids(report.blocked)], [["F3"], ["F1"], ["F2"]]);
    assert.deepEqual(
      report.blocked.items.map(({ reason, jobIds }) => [reason, jobIds]),
      [["told_since", [later.jobId]]],
    );
    assert.deepEqual((await user.trade(reviewed.id))?.link, { tradePlanId: "P1" });
    assert.deepEqual(ids((await user.undoImport(later.jobId)).reversed), ["F2"]);
    assert.deepEqual((await seen(store)).fills, ["F1 100 active", "F2 100 active"]);
    assert.deepEqual(ids((await user.undoImport(first.jobId)).reversed), ["F2"]);
    assert.deepEqual((await seen(store)).fills, ["F1 100 active"]);
  });

  test("undo: a cancel goes with its import, and blocks the undo of what it canceled", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const first = await tell(fill("O1", "F1"), fill("O1", "F2"));
    const later = await tell(bust("F1"), bust("F9"));
    assert.equal((await user.problems()).items.length, 1);
    const { reversed, blocked } = await user.undoImport(first.jobId);
    assert.deepEqual(
      [reversed.count, blocked.items.map(({ reason, jobIds }) => [reason, jobIds])],
      [1, [["canceled_since", [later.jobId]]]],
    );
    assert.equal((await user.undoImport(later.jobId)).reversed.count, 1);
    assert.deepEqual((await seen(store)).fills, ["F1 100 active"]);
    assert.deepEqual((await user.problems()).items, []);
    assert.equal((await tell(bust("F1"), bust("F9"))).stats.canceled, 2);
    assert.deepEqual((await seen(store)).fills, ["F1 100 canceled"]);
    assert.equal((await user.problems()).items.length, 1);
  });

  test("undo: a conflict ends with the import that brought it", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    await tell(fill("O1", "F1"));
    const { jobId, stats } = await tell(fill("O1", "F1", { price: "7" }));
    assert.equal(stats.conflicts, 1);
    assert.deepEqual(
      (await user.problems()).items.map(({ kind }) => kind),
      ["conflict"],
    );
    await user.undoImport(jobId);
    assert.deepEqual((await user.problems()).items, []);
    assert.deepEqual((await seen(store)).fills, ["F1 100 active"]);
  });

  test("undo: another person's job is as a missing one, and a running one is left alone", async () => {
    const { store, user, tell, connectionId } = await toldBook(makeStore);
    const { jobId } = await tell(fill("O1", "F1"));
    const before = await stateOf(store);
    await assert.rejects(userOf(store, "stranger").undoImport(jobId), { code: "JOB_NOT_FOUND" });
    await assert.rejects(user.undoImport("nobody's"), { code: "JOB_NOT_FOUND" });
    const run = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: 60_000 });
    assert.ok(run.kind === "started");
    assert.deepEqual(await user.undoImport(run.jobId), { ...nothing, status: "running", jobId: run.jobId });
    assert.deepEqual(await stateOf(store), before);
  });

  test("undo: a large import is undone in parts, and goes on where a dying process left it", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const { jobId } = await tell(...Array.from({ length: 450 }, (_, index) => fill(`O${index % 9}`, `F${index}`)));
    let commits = 0;
    const dying: BookStore = {
      ...store,
      async commit(...request) {
        commits += 1;
        if (commits === 2) throw new Error("the process died");
        return store.commit(...request);
      },
    };
    await assert.rejects(userOf(dying, "owner").undoImport(jobId), { code: "STORE_FAILED" });
    const left = (await seen(store)).fills.length;
    assert.ok(left > 0 && left < 450, `${left} of 450 fills are left`);
    const { status, reversed } = await user.undoImport(jobId);
    assert.deepEqual([status, reversed.count, reversed.items.length], ["undone", left, Math.min(left, 200)]);
    assert.deepEqual((await seen(store)).trades, []);
  });

  test("undo: a batch that comes again counts the same, writes its event once, and refuses stale reviews", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    await tell(fill("O1", "F1"));
    const { jobId } = await tell(fill("O1", "F2"));
    const [trade] = (await user.trades()).items;
    const batches: Parameters<BookStore["commit"]>[0][] = [];
    const watched: BookStore = {
      ...store,
      async commit(batch, ...options) {
        batches.push(batch);
        return store.commit(batch, ...options);
      },
    };
    await userOf(watched, "owner").undoImport(jobId);
    const [batch] = batches;
    assert.ok(batch !== undefined && trade !== undefined);
    const again = await store.commit(batch);
    assert.equal(again.kind === "committed" && again.undo?.reversed.length, 1);
    assert.equal((await user.auditEvents({ action: "import.undone" })).items.length, 1);
    const stale = user.review({ trades: [{ id: trade.id, version: trade.version }], link: null });
    await assert.rejects(stale, { code: "TRADE_CHANGED" });
  });
}

const none = { count: 0, items: [] };
const nothing = { status: "nothing_left", reversed: none, kept: none, blocked: none };

function fill(order: string, familyId: string, details: ExecutionDetails = {}): ScriptedRecord {
  return { kind: "execution", execution: anExecution({ familyId, order: { permanentId: order }, ...details }) };
}

function bust(familyId: string): ScriptedRecord {
  const { quantity, price } = anExecution();
  return { kind: "cancel", cancel: aCancel({ familyId, revision: 0, quantity, price }) };
}

/** What counts, and how many reports are undone. */
async function seen(store: BookStore) {
  const { items: executions } = await store.executions("owner", { limit: 200 });
  const names = new Map(executions.map((execution) => [execution.id, execution.executionId]));
  const fills = await store.fills("owner", {});
  return {
    trades: (await store.trades("owner", {})).items,
    fills: fills.map(({ id, price, state }) => `${names.get(id)} ${price} ${state}`).sort(),
    undone: executions.filter(({ undone }) => undone).length,
  };
}
