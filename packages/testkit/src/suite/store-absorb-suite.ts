import assert from "node:assert/strict";
import type { Link, ManualTrade, Trade, UserBook } from "@fillbook/core";
import { anExecution, type ExecutionDetails } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { toldBook, userOf } from "./told-book.ts";

/** Trades that were entered by hand and came from the broker later. */
export function storeAbsorbSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("absorb: the inbox proposes the manual trade that is alike, and none where several are or nothing fits", async () => {
    const { user, tell } = await toldBook(makeStore);
    const manual = await user.addTrade(entered);
    await tell(
      fill("O1"),
      fill("O2", { side: "sell" }),
      fill("O3", { executedAt: "2026-01-06T10:00:00Z" }),
      fill("O4", { quantity: "9" }),
    );
    const proposed = async () =>
      Object.fromEntries((await user.inbox()).items.map(({ orderId, absorb }) => [orderId, absorb?.id ?? null]));
    assert.deepEqual(await proposed(), { O1: manual.id, O2: null, O3: null, O4: null });
    await user.addTrade(entered);
    assert.deepEqual((await proposed()).O1, null);
  });

  test("absorb: the fill counts once with the manual trade's link, whatever is told afterwards, until it is taken back", async () => {
    const { user, tell } = await toldBook(makeStore);
    const manual = await user.addTrade(entered);
    await tell(fill("O1"));
    assert.deepEqual(await quantities(user), ["20"]);
    const imported = await only(user.inbox());
    const trade = await user.absorb({ trade: seen(imported), manual: seen(manual) });
    assert.deepEqual([trade.link, trade.inbox, trade.changedSinceReview], [entered.link, "reviewed", false]);
    const assertOnce = async (quantity: string) => {
      assert.deepEqual(await quantities(user), [quantity]);
      assert.deepEqual(
        (await user.trades()).items.map(({ id }) => id),
        [trade.id],
      );
      assert.deepEqual((await user.inbox()).items, []);
      assert.equal(await user.trade(manual.id), null);
      assert.deepEqual((await user.trade(trade.id))?.link, entered.link);
    };
    await assertOnce("10");
    await tell(fill("O1"));
    await assertOnce("10");
    await tell(fill("O1", { revision: 1, quantity: "12" }));
    await assertOnce("12");
    await user.undoReview({ trades: [seen(await current(user, trade.id))] });
    assert.deepEqual(await quantities(user), ["22"]);
    const back = await current(user, manual.id);
    assert.deepEqual([back.link, back.quantity, back.version], [entered.link, "10", manual.version + 2]);
    assert.deepEqual(
      (await user.inbox()).items.map(({ id }) => id),
      [trade.id],
    );
    await assertEvents(user, { manual, imported, trade });
  });

  test("absorb: a later review changes the link and keeps it, and its undo does too", async () => {
    const { user, tell } = await toldBook(makeStore);
    const manual = await user.addTrade(entered);
    await tell(fill("O1"));
    const absorbed = await user.absorb({ trade: seen(await only(user.inbox())), manual: seen(manual), link: null });
    assert.equal(absorbed.link, null);
    const [reviewed] = await user.review({ trades: [seen(absorbed)], link: { tradePlanId: "P2" } });
    assert.ok(reviewed !== undefined);
    const [undone] = await user.undoReview({ trades: [seen(reviewed)] });
    assert.deepEqual([undone?.link, undone?.inbox, await quantities(user)], [null, "reviewed", ["10"]]);
    assert.equal(await user.trade(manual.id), null);
    await user.undoReview({ trades: [seen(await current(user, absorbed.id))] });
    assert.deepEqual([(await current(user, absorbed.id)).inbox, await quantities(user)], ["pending_review", ["20"]]);
    // It can be absorbed again.
    const again = await user.absorb({
      trade: seen(await only(user.inbox())),
      manual: seen(await current(user, manual.id)),
    });
    assert.deepEqual([again.link, await quantities(user)], [entered.link, ["10"]]);
  });

  test("absorb: it is found and taken back where the fill is read under another id than it was absorbed with", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const manual = await user.addTrade(entered);
    await tell(fill("O1", { familyId: null, executionId: null, aliases: ["trade:T1"] }));
    const trade = await user.absorb({ trade: seen(await only(user.inbox())), manual: seen(manual) });
    await tell(fill("O1", { aliases: ["trade:T1"] }));
    assert.deepEqual(await quantities(user), ["10"]);
    const told = await current(user, trade.id);
    assert.equal(told.executionCount, 1);
    const acts = (await store.decisionsOf("owner", [trade.id])).map(({ absorption }) => absorption?.role);
    assert.deepEqual(acts, ["absorbs"]);
    const other = await user.addTrade(entered);
    await assert.rejects(user.absorb({ trade: seen(told), manual: seen(other) }), { code: "OPTION_INVALID" });
    await user.removeTrade(seen(other));
    await user.undoReview({ trades: [seen(told)] });
    assert.deepEqual(await quantities(user), ["20"]);
    assert.deepEqual((await current(user, manual.id)).link, entered.link);
    const restored = (await user.auditEvents({ action: "trade.restored" })).items.map(({ tradeId }) => tradeId);
    assert.deepEqual(restored, [manual.id]);
    assert.deepEqual(await store.decisionsOf("owner", [trade.id]), []);
  });

  test("absorb: what changed, is not alike, or absorbed already is refused, and nothing is written", async () => {
    const { store, user, tell } = await toldBook(makeStore);
    const [manual, sold] = [await user.addTrade(entered), await user.addTrade({ ...entered, side: "sell" })];
    await tell(fill("O1"));
    const imported = await only(user.inbox());
    const request = { trade: seen(imported), manual: seen(manual) };
    const older = { trade: { ...request.trade, version: 9 }, manual: request.manual };
    await assert.rejects(user.absorb(older), { code: "TRADE_CHANGED" });
    await assert.rejects(user.absorb({ ...request, manual: { ...request.manual, version: 9 } }), {
      code: "TRADE_CHANGED",
    });
    await assert.rejects(user.absorb({ ...request, manual: seen(sold) }), { code: "OPTION_INVALID" });
    await assert.rejects(user.absorb({ trade: request.manual, manual: request.trade }), { code: "OPTION_INVALID" });
    await assert.rejects(userOf(store, "stranger").absorb(request), { code: "TRADE_NOT_FOUND" });
    assert.deepEqual((await user.trades()).items.length, 3);
    const trade = await user.absorb(request);
    await assert.rejects(user.absorb(request), { code: "TRADE_NOT_FOUND" });
    const other = await user.addTrade(entered);
    await assert.rejects(user.absorb({ trade: seen(trade), manual: seen(other) }), { code: "OPTION_INVALID" });
    await assert.rejects(user.updateTrade({ ...seen(manual), price: "1" }), { code: "TRADE_NOT_FOUND" });
    assert.equal((await user.auditEvents({ action: "trade.absorbed" })).items.length, 1);
  });

  test("absorb: of two at the same time one wins, and the undo of the import leaves what absorbed", async () => {
    const { user, tell } = await toldBook(makeStore);
    const manual = await user.addTrade(entered);
    const { jobId } = await tell(fill("O1"), fill("O2"));
    const { items } = await user.inbox();
    const tries = items.map((item) =>
      user.absorb({ trade: seen(item), manual: seen(manual) }).then(
        ({ id }) => id,
        () => null,
      ),
    );
    const winners = (await Promise.all(tries)).filter((id) => id !== null);
    assert.equal(winners.length, 1);
    const { reversed, kept } = await user.undoImport(jobId);
    assert.deepEqual([reversed.count, kept.items.map(({ tradeId }) => tradeId)], [1, winners]);
    assert.deepEqual(await quantities(user), ["10"]);
  });
}

/** Of an absorption that was taken back, after the broker had corrected the fill. */
async function assertEvents(
  user: UserBook,
  { manual, imported, trade }: Readonly<Record<"manual" | "imported" | "trade", Trade>>,
): Promise<void> {
  const events = (await user.auditEvents()).items.filter(({ action }) => action.startsWith("trade."));
  const [importedTradeId, manualTradeIds] = [trade.id, [manual.id]];
  const was = (quantity: string) => ({ trade: { symbol: "AAPL", side: "buy", quantity } });
  const waits = { inbox: "pending_review", link: null };
  const reviewed = { inbox: "reviewed", link: entered.link };
  const taken = { version: imported.version, from: waits, to: reviewed, manualTradeIds };
  const back = { version: trade.version + 1, from: reviewed, to: waits, manualTradeIds };
  assert.deepEqual(Object.fromEntries(events.map(({ action, tradeId, details }) => [action, [tradeId, details]])), {
    "trade.absorbed": [manual.id, { ...was("10"), version: manual.version, importedTradeId }],
    "trade.reviewed": [trade.id, { ...was("10"), ...taken }],
    "trade.review_undone": [trade.id, { ...was("12"), ...back }],
    "trade.restored": [manual.id, { ...was("10"), importedTradeId }],
  });
  assert.equal(events.length, 4);
}

const entered: ManualTrade & { readonly link: Link } = {
  ...{ symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "10", price: "100" },
  ...{ executedAt: "2026-01-05T15:00:00Z", link: { campaignId: "C1" } },
};

function fill(order: string, details: ExecutionDetails = {}): ScriptedRecord {
  return {
    kind: "execution",
    execution: anExecution({ familyId: `F${order}`, order: { permanentId: order }, ...details }),
  };
}

function seen({ id, version }: Pick<Trade, "id" | "version">) {
  return { id, version };
}

async function only<Item>(list: Promise<{ readonly items: readonly Item[] }>): Promise<Item> {
  const [item, ...others] = (await list).items;
  assert.ok(item !== undefined && others.length === 0);
  return item;
}

async function current(user: UserBook, id: string): Promise<Trade> {
  const trade = await user.trade(id);
  assert.ok(trade !== null);
  return trade;
}

async function quantities(user: UserBook): Promise<readonly string[]> {
  return (await user.positions()).map(({ quantity }) => quantity);
}
