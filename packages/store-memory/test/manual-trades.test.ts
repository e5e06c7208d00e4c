import { createFillbook, instant, type ManualTrade } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";

async function aWorld() {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const book = createFillbook({ store, connectors: [scripted({ pages: [] })], credentials: async () => ({}), clock });
  const connectionId = await aConnection(store);
  return { book, clock, store, connectionId, user: book.forUser("owner") };
}

const bought: ManualTrade = {
  ...{ symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "10.50", price: "150" },
  ...{ executedAt: "2026-01-05T10:00:00Z", fees: [{ amount: "1", currency: "USD" }], link: { campaignId: "C1" } },
};
const seen = ({ id, version }: { readonly id: string; readonly version: number }) => ({ id, version });

test("manual: a trade stands beside imported ones, linked, and never in the inbox", async () => {
  const { store, connectionId, user } = await aWorld();
  await play(store, connectionId, [{ kind: "execution", execution: anExecution({ quantity: "2", price: "100" }) }]);
  const trade = await user.addTrade(bought);
  expect(trade).toMatchObject({
    ...{ source: "manual", account: "manual", quantity: "10.5", averagePrice: "150", status: "filled" },
    ...{ inbox: "reviewed", link: { campaignId: "C1" }, changedSinceReview: false },
  });
  expect((await user.trades()).items.map(({ source }) => source).sort()).toEqual(["manual", "scripted"]);
  expect((await user.inbox()).items.map(({ source }) => source)).toEqual(["scripted"]);
  expect((await user.positions()).map(({ quantity, sources }) => [quantity, sources])).toEqual([
    ["12.5", ["manual", "scripted"]],
  ]);
});

test("manual: changes change what they name, keep the trade's id, and are no news to review", async () => {
  const { clock, user } = await aWorld();
  const { id, version } = await user.addTrade(bought);
  await clock.sleep(1);
  const changed = await user.updateTrade({ id, version, price: "151", side: "sell" });
  expect(changed).toMatchObject({
    ...{ id, side: "sell", averagePrice: "151", quantity: "10.5", fees: [{ amount: "1", currency: "USD" }] },
    ...{ link: { campaignId: "C1" }, changedSinceReview: false, executionCount: 1 },
  });
  expect(changed.instrument).toMatchObject({ symbol: "AAPL", currency: "USD", kind: "stock" });
  await clock.sleep(1);
  const moved = await user.updateTrade({ ...seen(changed), symbol: "MSFT", link: null, fees: [] });
  expect(moved).toMatchObject({ id, link: null, fees: [], instrument: { symbol: "MSFT" } });
  await expect(user.updateTrade({ id, version, price: "1" })).rejects.toMatchObject({ code: "TRADE_CHANGED" });
  expect((await user.executions({ tradeId: id, canonical: true })).items.map(({ revision }) => revision)).toEqual([2]);
});

test("manual: one that is removed is in no list and no sum, and cannot be changed or removed again", async () => {
  const { user } = await aWorld();
  const { id, version } = await user.addTrade({ ...bought, fees: [] });
  await user.removeTrade({ id, version });
  expect((await user.trades()).items).toEqual([]);
  expect(await user.positions()).toEqual([]);
  expect(await user.trade(id)).toBeNull();
  await expect(user.removeTrade({ id, version })).rejects.toMatchObject({ code: "TRADE_NOT_FOUND" });
  await expect(user.updateTrade({ id, version: version + 1, price: "1" })).rejects.toMatchObject({
    code: "TRADE_NOT_FOUND",
  });
});

test("manual: one that was changed is removed with all that it was before", async () => {
  const { user } = await aWorld();
  const changed = await user.updateTrade({ ...seen(await user.addTrade({ ...bought, fees: [] })), price: "151" });
  const again = await user.updateTrade({ ...seen(changed), quantity: "3" });
  await user.removeTrade(seen(again));
  expect((await user.trades()).items).toEqual([]);
  expect(await user.positions()).toEqual([]);
});

test("manual: equal ones are two", async () => {
  const { user } = await aWorld();
  const [one, other] = [await user.addTrade(bought), await user.addTrade(bought)];
  expect(one.id).not.toBe(other.id);
  expect((await user.positions()).map(({ quantity }) => quantity)).toEqual(["21"]);
});

test("manual: imported trades and other people's are not for these methods", async () => {
  const { book, store, connectionId, user } = await aWorld();
  await play(store, connectionId, [{ kind: "execution", execution: anExecution() }]);
  const [imported] = (await user.trades()).items;
  const missing = { code: "TRADE_NOT_FOUND" };
  const request = seen(imported ?? { id: "", version: 1 });
  await expect(user.updateTrade({ ...request, price: "1" })).rejects.toMatchObject(missing);
  await expect(user.removeTrade(request)).rejects.toMatchObject(missing);
  const own = await user.addTrade(bought);
  await expect(book.forUser("stranger").removeTrade(seen(own))).rejects.toMatchObject(missing);
  expect((await user.trades()).items).toHaveLength(2);
});

test.each<readonly [string, object, RegExp]>([
  ["no quantity", { quantity: "0" }, /quantity/],
  ["a price in words", { price: "free" }, /price/],
  ["a date that is not", { executedAt: "2026-02-30T00:00:00Z" }, /executedAt/],
  ["a side that is none", { side: "long" }, /side/],
  ["an unknown field", { strategy: "x" }, /strategy/],
  ["an empty symbol", { symbol: "" }, /symbol/],
  ["a plan and a campaign", { link: { tradePlanId: "P", campaignId: "C" } }, /link/],
])("manual: %s is refused by its name, and nothing is written", async (_name, changes, message) => {
  const { user } = await aWorld();
  const refused = { code: "OPTION_INVALID", message: expect.stringMatching(message) };
  await expect(user.addTrade({ ...bought, ...changes })).rejects.toMatchObject(refused);
  const { id, version } = await user.addTrade(bought);
  await expect(user.updateTrade({ id, version, ...changes })).rejects.toMatchObject(refused);
  expect((await user.trades()).items).toHaveLength(1);
});

test("manual: a broker's fills cannot pose as a person's", async () => {
  const { user } = await aWorld();
  const trade = await user.addTrade({ ...bought, executedAt: instant("2026-01-05T10:00:00Z"), account: "my book" });
  expect(trade).toMatchObject({ broker: "manual", account: "my book" });
});
