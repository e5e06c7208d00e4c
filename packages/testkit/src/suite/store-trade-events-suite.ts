import assert from "node:assert/strict";
import type { AuditEvent, Link, Trade, UserBook } from "@fillbook/core";
import type { BookStore, CommitBatch } from "@fillbook/core/store";
import { anExecution, type ExecutionDetails } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { toldBook, userOf } from "./told-book.ts";

const plan: Link = { tradePlanId: "P1" };
const campaign: Link = { campaignId: "C1" };
const waits = { inbox: "pending_review", link: null };

/** Who decided what about trades: written with the decision or not at all, one event a trade, and found by the trade. */
export function storeTradeEventsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("trade events: each review and each undo writes one a trade, with what stood before and what stands then", async () => {
    const { store, connectionId, tell, clock } = await toldBook(makeStore);
    const user = userOf(store, "owner", { clock });
    await tell(fill("O1"), fill("O2", { side: "sell" }));
    const [one, other] = await tradesOf(user, "O1", "O2");
    const [first, second] = await user.review({ trades: [one, other].map(seen), link: plan });
    assert.ok(first !== undefined && second !== undefined);
    clock.advance(1000);
    const [again] = await user.review({ trades: [seen(first)], link: campaign });
    assert.ok(again !== undefined);
    clock.advance(1000);
    await user.undoReview({ trades: [seen(again), seen(second)] });
    const was = { symbol: "AAPL", side: "buy", quantity: "10" };
    const [planned, inCampaign] = [plan, campaign].map((link) => ({ inbox: "reviewed", link }));
    assert.deepEqual(await factsOf(user, one), [
      ["trade.review_undone", { trade: was, version: again.version, from: inCampaign, to: planned }],
      ["trade.reviewed", { trade: was, version: first.version, from: planned, to: inCampaign }],
      ["trade.reviewed", { trade: was, version: one.version, from: waits, to: planned }],
    ]);
    const sold = { ...was, side: "sell" };
    assert.deepEqual(await factsOf(user, other), [
      ["trade.review_undone", { trade: sold, version: second.version, from: planned, to: waits }],
      ["trade.reviewed", { trade: sold, version: other.version, from: waits, to: planned }],
    ]);
    for (const event of await eventsOf(user, one)) {
      assert.deepEqual([event.by, event.connectionId, event.tradeId], ["owner", connectionId, one.id]);
    }
  });

  test("trade events: they are by who acts, and no other person's", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    await tell(fill("O1"));
    const [trade] = await tradesOf(user, "O1");
    await userOf(store, "owner", { actor: "clerk" }).review({ trades: [seen(trade)], link: plan });
    const [event] = await eventsOf(user, trade);
    assert.equal(event?.by, "clerk");
    assert.deepEqual(await eventsOf(userOf(store, "stranger"), trade), []);
  });

  test("trade events: 200 reviews in one call write 200, and each trade reads its own, page by page", async () => {
    const { user, tell } = await toldBook(makeStore);
    await tell(...Array.from({ length: 200 }, (_, index) => fill(`O${index}`, { price: String(index + 1) })));
    let trades = (await user.trades({ limit: 200 })).items;
    assert.equal(trades.length, 200);
    for (const link of [plan, null, campaign]) trades = await user.review({ trades: trades.map(seen), link });
    const all = await readAll((after) => user.auditEvents({ action: "trade.reviewed", limit: 200, ...after }));
    assert.equal(all.length, 600);
    const [trade] = trades;
    assert.ok(trade !== undefined);
    const own = await readAll((after) => user.auditEvents({ tradeId: trade.id, limit: 1, ...after }));
    assert.equal(new Set(own.map(({ id }) => id)).size, 3);
    assert.deepEqual(
      own,
      all.filter(({ tradeId }) => tradeId === trade.id),
    );
    assert.deepEqual((await user.auditEvents({ tradeId: trade.id, action: "trade.review_undone" })).items, []);
  });

  test("trade events: what is refused writes none, and neither does an undo that takes nothing back", async () => {
    const { user, tell } = await toldBook(makeStore);
    await tell(fill("O1"), fill("O2"));
    const [one, other] = await tradesOf(user, "O1", "O2");
    const older = { ...seen(other), version: other.version + 1 };
    await assert.rejects(user.review({ trades: [seen(one), older], link: plan }), { code: "TRADE_CHANGED" });
    await user.undoReview({ trades: [seen(one)] });
    const manual = await user.addTrade({ ...entered, link: plan });
    await user.undoReview({ trades: [seen(manual)] });
    for (const trade of [one, other, manual]) assert.deepEqual(await eventsOf(user, trade), []);
  });

  test("trade events: a batch that comes again writes none again", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    await tell(fill("O1"));
    const [trade] = await tradesOf(user, "O1");
    const batches: CommitBatch[] = [];
    const heard: BookStore = {
      ...store,
      async commit(batch, options) {
        batches.push(batch);
        return store.commit(batch, options);
      },
    };
    await userOf(heard, "owner").review({ trades: [seen(trade)], link: plan });
    const before = await eventsOf(user, trade);
    for (const batch of batches) assert.equal((await store.commit(batch)).kind, "committed");
    assert.deepEqual([batches.length, await eventsOf(user, trade)], [1, before]);
    assert.equal(before.length, 1);
  });

  test("trade events: a pin is an event of the trade of its fill", async () => {
    const { user, tell } = await toldBook(makeStore);
    await tell(fill("O1"), fill("O1", { price: "7" }), fill("O2"));
    const [trade, other] = await tradesOf(user, "O1", "O2");
    const [problem] = (await user.problems({ kind: "conflict" })).items;
    assert.ok(problem?.action.kind === "pin-report");
    const { familyKey, revisionKeys } = problem.action;
    const [revisionKey = ""] = revisionKeys;
    await user.pinReport({ familyKey, revisionKey });
    assert.deepEqual(await factsOf(user, trade), [["report.pinned", { familyKey, revisionKey }]]);
    assert.deepEqual(await eventsOf(user, other), []);
  });

  test("trade events: of two trades that turn out to be one order, the one that is gone keeps its events", async () => {
    const { user, tell } = await toldBook(makeStore);
    await tell(...["O1", "O2"].map((family) => fill(family, { order: { permanentId: null } })));
    const { items } = await user.trades();
    await user.review({ trades: items.map(seen), link: plan });
    await tell(...["O1", "O2"].map((family) => fill(family, { revision: 1, order: { permanentId: "P" } })));
    const [left, ...others] = (await user.trades()).items;
    assert.deepEqual([left?.executionCount, others, items.length], [2, [], 2]);
    for (const trade of items) {
      assert.deepEqual(
        (await eventsOf(user, trade)).map(({ action }) => action),
        ["trade.reviewed"],
      );
    }
  });
}

const traded = { quantity: "10", executedAt: "2026-01-05T11:00:00Z" };
const entered = { symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", price: "5", ...traded } as const;

function fill(family: string, details: ExecutionDetails = {}): ScriptedRecord {
  const order = { permanentId: family };
  return { kind: "execution", execution: anExecution({ familyId: `F${family}`, order, ...traded, ...details }) };
}

function seen({ id, version }: Pick<Trade, "id" | "version">) {
  return { id, version };
}

/** One a name of an order, as they are now. */
async function tradesOf<const Names extends readonly string[]>(
  user: UserBook,
  ...names: Names
): Promise<{ readonly [Place in keyof Names]: Trade }> {
  const { items } = await user.trades();
  const trades = names.map((name) => {
    const trade = items.find(({ orderId }) => orderId === name);
    assert.ok(trade !== undefined);
    return trade;
  });
  // It has a trade for each of the names.
  return trades as unknown as { readonly [Place in keyof Names]: Trade };
}

async function eventsOf(user: UserBook, { id }: Trade): Promise<readonly AuditEvent[]> {
  return (await user.auditEvents({ tradeId: id })).items;
}

async function factsOf(user: UserBook, trade: Trade) {
  return (await eventsOf(user, trade)).map(({ action, details }) => [action, details]);
}
