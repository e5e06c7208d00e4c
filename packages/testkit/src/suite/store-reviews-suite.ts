import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { instant, type Link, type Trade } from "@fillbook/core";
import type { BookStore, CommitBatch, TradeReview } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, play, playPages } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const times = ["2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z"].map(instant);

/** What people decide about trades: all of a batch or nothing, on what they saw. */
export function storeReviewsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("reviews: every fill of each trade gets the decision, and a wrong version refuses all of the batch", async () => {
    const { store, trades } = await aBook(makeStore);
    const [one, other] = trades;
    const decided = { link: { tradePlanId: "P1" }, suggestion: { rule: 1 } };
    const wrong = [reviewOf(one, decided), reviewOf({ ...other, version: other.version + 1 }, decided)];
    assert.deepEqual(await store.commit(batchOf(wrong)), { kind: "stale", tradeIds: [other.id] });
    assert.deepEqual(await store.trade("owner", one.id), one);
    const [facts, ...others] = await store.tradesById("owner", [one.id, "nobody's"]);
    assert.deepEqual([facts, others], [factsOf(one), []]);
    const result = await store.commit(batchOf([reviewOf(one, decided), reviewOf(other, decided)]));
    assert.equal(result.kind, "committed");
    for (const trade of trades) {
      const decisions = await store.decisionsOf("owner", [trade.id]);
      assert.equal(decisions.length, trade.executionCount);
      for (const decision of decisions) {
        assert.deepEqual({ ...decision, ...decided, decidedAt: times[0], decidedBy: "owner" }, decision);
      }
    }
    assert.deepEqual((await store.trades("owner", { inbox: "pending_review" })).items, []);
  });

  test("reviews: a batch whose answer was lost is not in its own way, and changes nothing the second time", async () => {
    const { store, trades } = await aBook(makeStore);
    const batch = batchOf([reviewOf(trades[0], { link: { campaignId: "C1" }, suggestion: null })]);
    assert.equal((await store.commit(batch)).kind, "committed");
    const before = [await store.trade("owner", trades[0].id), await store.decisionsOf("owner", [trades[0].id])];
    assert.equal((await store.commit(batch)).kind, "committed");
    const after = [await store.trade("owner", trades[0].id), await store.decisionsOf("owner", [trades[0].id])];
    assert.deepEqual(after, before);
  });

  test("reviews: of reviewers at the same time one wins", async () => {
    const { store, trades } = await aBook(makeStore);
    const batches = ["P1", "P2", "P3"].map((tradePlanId) => {
      return { ...batchOf([reviewOf(trades[0], { link: { tradePlanId }, suggestion: null })]), by: tradePlanId };
    });
    const results = await Promise.all(batches.map((batch) => store.commit(batch)));
    assert.deepEqual(results.map(({ kind }) => kind).sort(), ["committed", "stale", "stale"]);
    const winner = batches[results.findIndex(({ kind }) => kind === "committed")]?.by;
    assert.deepEqual((await store.trade("owner", trades[0].id))?.link, { tradePlanId: winner });
  });

  test("reviews: an undo brings the decision before back, then none", async () => {
    const { store, trades } = await aBook(makeStore);
    const [{ id }] = trades;
    const links: Link[] = [{ tradePlanId: "P1" }, { campaignId: "C1" }];
    for (const [index, link] of links.entries()) {
      const trade = await current(store, id);
      await store.commit(batchOf([reviewOf(trade, { link, suggestion: null })], index));
    }
    const seen: unknown[] = [];
    for (let step = 0; step < 2; step += 1) {
      const { version } = await current(store, id);
      await store.commit(batchOf([{ tradeId: id, version, act: "undo" }], 2));
      const { inbox, link } = await current(store, id);
      seen.push([inbox, link, (await store.decisionsOf("owner", [id])).length]);
    }
    assert.deepEqual(seen, [
      ["reviewed", { tradePlanId: "P1" }, trades[0].executionCount],
      ["pending_review", null, 0],
    ]);
  });

  test("reviews: fills are one for each fill, with the fees and the decision of all its reports, canceled ones too", async () => {
    const { store, trades, connectionId } = await aBook(makeStore);
    const link = { tradePlanId: "P1" };
    await store.commit(batchOf([reviewOf(trades[0], { link, suggestion: null })]));
    const corrected = anExecution({ familyId: "F2", revision: 1, price: "7", order: { permanentId: "O1" } });
    const { broker, account, source } = corrected;
    const bust = { broker, account, source, familyId: "F3", revision: 0 };
    const { quantity, price } = anExecution();
    await play(store, connectionId, [
      { kind: "execution", execution: corrected },
      { kind: "cancel", cancel: { ...bust, quantity, price } },
    ]);
    const fills = await store.fills("owner", {});
    const seen = fills.map(({ tradeId, state, link, price }) => JSON.stringify([tradeId, state, link, price])).sort();
    const first = [trades[0].id, "active", link];
    assert.deepEqual(
      seen,
      [
        [...first, price],
        [...first, "7"],
        [trades[1].id, "canceled", null, price],
      ]
        .map((one) => JSON.stringify(one))
        .sort(),
    );
    assert.deepEqual(await store.fills("owner", { account: "another" }), []);
    assert.deepEqual(await store.fills("stranger", {}), []);
  });

  test("reviews: a manual trade that was removed is in no answer about trades and fills", async () => {
    const store = await makeStore();
    const manual = { id: "manual", broker: "manual" };
    const connectionId = await aConnection(store, { connector: manual.id, broker: manual.broker });
    const told = { broker: manual.broker, source: { connector: manual.id, authority: 1 } } as const;
    const execution = anExecution({ ...told, familyId: "M1", order: { permanentId: "M1" } });
    const connector = scripted({ ...manual, pages: [] });
    await playPages(store, connectionId, [{ records: [{ kind: "execution", execution }] }], { connector });
    const [trade] = (await store.trades("owner", {})).items;
    assert.equal(trade?.source, "manual");
    const { broker, account, familyId, revision, quantity, price, source } = execution;
    const cancel = { broker, account, familyId, revision, quantity, price, source };
    await playPages(store, connectionId, [{ records: [{ kind: "cancel", cancel }] }], { connector });
    const { id } = trade;
    const answers = [
      (await store.trades("owner", {})).items,
      (await store.trades("owner", { status: "canceled" })).items,
      await store.tradesById("owner", [id]),
      await store.fills("owner", {}),
    ];
    assert.deepEqual([answers, await store.trade("owner", id)], [[[], [], [], []], null]);
  });

  test("reviews: lists choose by status and by what changed since", async () => {
    const { store, trades, connectionId } = await aBook(makeStore);
    await store.commit(batchOf([reviewOf(trades[0], { link: null, suggestion: null })]));
    await play(store, connectionId, [fill("O1", "F9")]);
    const counted = async (filter: Parameters<BookStore["trades"]>[1]) =>
      (await store.trades("owner", filter)).items.length;
    assert.deepEqual(
      await Promise.all([
        counted({ changedSinceReview: true }),
        counted({ changedSinceReview: false }),
        counted({ status: "unknown" }),
        counted({ status: "canceled" }),
        counted({ inbox: "reviewed", changedSinceReview: true }),
      ]),
      [1, 1, 2, 0, 1],
    );
  });
}

/** Two trades that wait for review, the first with two fills. */
async function aBook(makeStore: StoreSuiteOptions["makeStore"]) {
  const store = await makeStore();
  const connectionId = await aConnection(store);
  await play(store, connectionId, [fill("O1", "F1"), fill("O1", "F2"), fill("O2", "F3")]);
  const { items } = await store.trades("owner", {});
  const [one, other] = items.toSorted((left, right) => right.executionCount - left.executionCount);
  assert.ok(one !== undefined && other !== undefined && one.executionCount === 2);
  return { store, connectionId, trades: [one, other] as const };
}

function fill(order: string, familyId: string): ScriptedRecord {
  return { kind: "execution", execution: anExecution({ familyId, order: { permanentId: order } }) };
}

function reviewOf(
  { id, version }: Pick<Trade, "id" | "version">,
  decided: { readonly link: Link; readonly suggestion: { readonly rule: number } | null },
): TradeReview {
  return { tradeId: id, version, act: "decide", ...decided };
}

function batchOf(reviews: readonly TradeReview[], time = 0): CommitBatch {
  const { broker, account } = anExecution();
  return {
    ...{ id: randomUUID(), owner: "owner", at: times[time] ?? instant("2026-03-01T00:00:00Z"), run: null },
    ...{ accounts: [`${broker}/${account}`], fetched: 0, ignored: 0, reports: [], cancels: [], rejects: [] },
    ...{ rereads: [], contexts: [], decisions: [], reviews, pins: [], problems: [] },
  };
}

async function current(store: BookStore, id: string): Promise<Trade> {
  const trade = await store.trade("owner", id);
  assert.ok(trade !== null);
  return trade;
}

function factsOf({ id, broker, account, connectionId, source, instrument, side, quantity, version }: Trade) {
  return { id, broker, account, connectionId, source, instrument, side, quantity, version };
}
