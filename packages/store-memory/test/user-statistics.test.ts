import { createFillbook, instantFromUnixMs, type TradePlan, type TradePlans } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";

type Changes = NonNullable<Parameters<typeof anExecution>[0]>;

/** A fill of the share AAPL, hour by hour, each of an order of its own. */
const fill = (hour: number, changes: Changes): ScriptedRecord => ({
  kind: "execution",
  execution: anExecution({
    ...{ familyId: `F${hour}`, order: { permanentId: `O${hour}` }, fees: [{ amount: "1", currency: "USD" }] },
    executedAt: instantFromUnixMs(Date.UTC(2026, 0, 5, 10 + hour)),
    ...changes,
  }),
});

async function aWorld(plans: readonly TradePlan[] | TradePlans | null = []) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectors = [scripted({ pages: [] })];
  const tradePlans = typeof plans === "function" ? plans : async () => plans ?? [];
  const host = plans === null ? {} : { tradePlans };
  const book = createFillbook({ store, connectors, credentials: async () => ({ token: "t" }), clock, ...host });
  const connectionId = await aConnection(store);
  const tell = (...records: ScriptedRecord[]) => play(store, connectionId, records);
  const user = book.forUser("owner");
  const link = async (order: string, link: Parameters<typeof user.review>[0]["link"]) => {
    const { items } = await user.trades();
    const trades = items.filter(({ orderId }) => orderId === order).map(({ id, version }) => ({ id, version }));
    await user.review({ trades, link });
  };
  return { user, tell, link };
}

test("statistics: positions follow corrections and cancels, and a canceled fill leaves its fee", async () => {
  const { user, tell } = await aWorld();
  await tell(
    fill(0, { side: "buy", quantity: "10", price: "100" }),
    fill(1, { side: "sell", quantity: "4", price: "110" }),
    fill(2, { side: "buy", quantity: "99", price: "1" }),
  );
  const { broker, account } = anExecution();
  const bust = { broker, account, familyId: "F2", revision: 0, quantity: "99", price: "1" } as const;
  const source = { connector: "scripted", authority: 1 } as const;
  await tell(fill(1, { side: "sell", quantity: "5", price: "110", revision: 1 }), {
    kind: "cancel",
    cancel: { ...bust, source },
  });
  const [position, ...others] = await user.positions();
  expect(others).toEqual([]);
  expect(position).toMatchObject({
    // Ten bought, five sold with a gain of ten each.
    ...{ quantity: "5", averageCost: "100", realizedFifo: "50", realizedAverage: "50" },
    ...{ executionCount: 2, canceledCount: 1, fees: [{ amount: "3", currency: "USD" }], currency: "USD" },
  });
  expect(await user.positions({ symbol: "aapl" })).toEqual([position]);
  expect(await user.positions({ symbol: "MSFT" })).toEqual([]);
  expect((await user.positions({ byAccount: true })).map((one) => one.account)).toEqual([`${broker}/${account}`]);
});

test("statistics: more fills than one read holds are all counted", async () => {
  const { user, tell } = await aWorld();
  const many = Array.from({ length: 2050 }, (_, index) =>
    fill(index, { quantity: "1", executedAt: instantFromUnixMs(Date.UTC(2026, 0, 5) + Math.floor(index / 3) * 1000) }),
  );
  await tell(...many);
  expect((await user.positions()).map(({ quantity, executionCount }) => [quantity, executionCount])).toEqual([
    ["2050", 2050],
  ]);
});

test("statistics: days are those of the zone", async () => {
  const { user, tell } = await aWorld();
  await tell(fill(0, { quantity: "1", price: "100" }), fill(1, { side: "sell", quantity: "1", price: "90" }));
  const realized = [{ currency: "USD", amount: "-10" }];
  expect(await user.realizedByDay()).toMatchObject([{ day: "2026-01-05", realized }]);
  expect(await user.realizedByDay({ timeZone: "Pacific/Kiritimati" })).toMatchObject([{ day: "2026-01-06", realized }]);
  await expect(user.realizedByDay({ timeZone: "Mars/Base" })).rejects.toMatchObject({ code: "OPTION_INVALID" });
});

test("statistics: a plan's campaign comes before a direct one, and a link changes exactly two totals", async () => {
  const plan: TradePlan = { id: "P1", symbol: "AAPL", direction: "long", campaignId: "C1" };
  const { user, tell, link } = await aWorld([plan]);
  await tell(
    fill(0, { quantity: "1" }),
    fill(1, { quantity: "2" }),
    fill(2, { quantity: "4" }),
    fill(3, { quantity: "8" }),
  );
  const totals = async () =>
    Object.fromEntries(
      (await user.campaignTotals()).map(({ campaignId, currencies }) => [campaignId, currencies[0]?.boughtQuantity]),
    );
  await link("O0", { tradePlanId: "P1" });
  await link("O1", { campaignId: "C2" });
  await link("O2", { tradePlanId: "gone" });
  expect(await totals()).toEqual({ C1: "1", C2: "2", null: "12" });
  await link("O3", { campaignId: "C2" });
  expect(await totals()).toEqual({ C1: "1", C2: "10", null: "4" });
});

test.each<readonly [string, TradePlans]>([
  ["instruments", async ({ instruments }) => plansOfHost.filter(({ symbol }) => instruments.includes(symbol))],
  ["ids", async ({ planIds }) => plansOfHost.filter(({ id }) => planIds.includes(id))],
])(
  "statistics: a host that looks plans up by their %s finds each campaign, however it spells them",
  async (_, plans) => {
    const { user, tell, link } = await aWorld(plans);
    const btc = { ...anExecution().instrument, symbol: "BTC/USD", rawSymbol: "XXBTZUSD" };
    await tell(...plansOfHost.map((_plan, hour) => fill(hour, { instrument: btc })));
    for (const [hour, { id: tradePlanId }] of plansOfHost.entries()) await link(`O${hour}`, { tradePlanId });
    const totals = await user.campaignTotals();
    expect(totals.map(({ campaignId, executionCount }) => [campaignId, executionCount])).toEqual([
      ["C0", 1],
      ["C1", 1],
      ["C2", 1],
    ]);
  },
);

const plansOfHost: readonly TradePlan[] = ["BTC/USD", "XBTUSD", "XBT-USD"].map((symbol, index) => ({
  ...{ id: `P${index}`, symbol, direction: "long", campaignId: `C${index}` },
}));

test("statistics: without tradePlans nobody can say a plan's campaign", async () => {
  const { user, tell, link } = await aWorld(null);
  await tell(fill(0, {}));
  expect((await user.campaignTotals()).map(({ campaignId }) => campaignId)).toEqual([null]);
  await link("O0", { tradePlanId: "P1" });
  await expect(user.campaignTotals()).rejects.toMatchObject({ code: "OPTION_INVALID" });
});
