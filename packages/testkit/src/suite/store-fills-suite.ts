import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import { aCancel, anExecution, type ExecutionDetails } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { fenceBatch } from "./fence-batch.ts";
import { aConnection, play, readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** One item a fill: what counts for it, not what its report says. */
export function storeFillsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("fills: a fill has the fees of all its rows, where its report has a share of them", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), [
      row("1", "6"),
      row("2", "0.75"),
      fill({ familyId: "E2", fees: null }),
    ]);
    const { items } = await store.fillSlice("owner", {});
    const [rows, unknown] = [items.find(({ fees }) => fees !== null), items.find(({ fees }) => fees === null)];
    assert.deepEqual(rows?.fees, [{ amount: "6.75", currency: "USD" }]);
    assert.deepEqual(rows.execution.fees, [{ amount: "0.75", currency: "USD" }]);
    assert.deepEqual([rows.state, rows.kind, rows.link, rows.decision], ["counts", "order", null, null]);
    assert.equal(unknown?.execution.executionId, "E2");
    const [execution] = (await store.executions("owner", { canonical: true })).items.filter(({ id }) => id === rows.id);
    assert.deepEqual(rows.execution, execution);
    assert.deepEqual([rows.familyKey, rows.tradeId], [execution?.familyKey, execution?.tradeId]);
  });

  test("fills: each fill once, corrected and canceled ones too, with what was decided on it", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const fees = [{ amount: "1", currency: "USD" }];
    await play(
      store,
      connectionId,
      ["E1", "E2", "E3"].map((familyId) => fill({ familyId, fees })),
    );
    for (const item of (await store.fillSlice("owner", {})).items) {
      const familyId = item.execution.familyId ?? "";
      if (familyId !== "E3") await decide(store, { familyKey: item.familyKey, seen: item.id, campaignId: familyId });
    }
    const cancel = aCancel({ familyId: "E1", revision: 0, source: { authority: 1 } });
    await play(store, connectionId, [
      fill({ familyId: "E2", revision: 1, price: "101", fees }),
      { kind: "cancel", cancel },
    ]);
    const items = await readAll((after) => store.fillSlice("owner", { limit: 1, ...after }));
    const byId = new Map(items.map((item) => [item.execution.familyId, item]));
    assert.deepEqual([items.length, byId.size], [3, 3]);
    const seen = (familyId: string) => {
      const { state, execution, link, decision, fees: chosen } = byId.get(familyId) ?? assert.fail(familyId);
      return { state, price: execution.price, link, changed: decision?.changedSinceReview ?? null, fees: chosen };
    };
    assert.deepEqual(seen("E1"), { state: "canceled", price: "100", link: { campaignId: "E1" }, changed: true, fees });
    assert.deepEqual(seen("E2"), { state: "counts", price: "101", link: { campaignId: "E2" }, changed: true, fees });
    assert.deepEqual(seen("E3"), { state: "counts", price: "100", link: null, changed: null, fees });
    const all = await store.fills("owner", {});
    assert.deepEqual(
      items.map(({ id, link }) => [id, link]),
      all.map(({ id, link }) => [id, link]),
    );
  });

  test("fills: the reports of one are in the order in which they count, whenever they came", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const revisions = [10, 0, 2, 9, 1].map((revision) => fill({ familyId: "E1", revision, price: `1${revision}` }));
    for (const revision of revisions) await play(store, connectionId, [revision, fill({ familyId: "E2" })]);
    const [first] = (await store.fillSlice("owner", { search: "E1" })).items;
    const reports = await store.familyReports("owner", first?.familyKey ?? "");
    assert.deepEqual(
      reports.map(({ revision, canonical }) => [revision, canonical]),
      [
        [0, false],
        [1, false],
        [2, false],
        [9, false],
        [10, true],
      ],
    );
    const byId = (left: { readonly id: string }, right: { readonly id: string }) => (left.id < right.id ? -1 : 1);
    const listed = await readAll((after) =>
      store.executions("owner", { familyKey: first?.familyKey ?? "", limit: 2, ...after }),
    );
    assert.deepEqual(listed.toSorted(byId), [...reports].sort(byId));
    assert.deepEqual(await store.familyReports("stranger", first?.familyKey ?? ""), []);
  });
}

function row(transaction: string, amount: string): ScriptedRecord {
  return fill({
    ...{ feeBasis: "row", fees: [{ amount, currency: "USD" }], sequence: transaction },
    ...{ aliases: [`transaction:${transaction}`], source: { authority: 2 } },
  });
}

function fill(details: ExecutionDetails): ScriptedRecord {
  return { kind: "execution", execution: anExecution({ order: { permanentId: details.familyId ?? "O" }, ...details }) };
}

async function decide(
  store: BookStore,
  { familyKey, seen, campaignId }: { familyKey: string; seen: string; campaignId: string },
): Promise<void> {
  const batch = fenceBatch({ connectionId: "", jobId: familyKey, token: 0, cursor: null });
  const decided = { familyKey, link: { campaignId }, decidedAt: batch.at, decidedBy: "owner", suggestion: null };
  const decisions = [{ ...decided, seenRevisionKey: seen }];
  const accounts = ["scripted/A1"];
  assert.equal((await store.commit({ ...batch, run: null, accounts, problems: [], decisions })).kind, "committed");
}
