import { createFillbook, type FillbookOptions, type Trade } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test, vi } from "vitest";
import { aConnection, play } from "../../testkit/src/suite/play.ts";

const fill = (order: string, changes: Parameters<typeof anExecution>[0] = {}): ScriptedRecord => ({
  kind: "execution",
  execution: anExecution({ familyId: `fill of ${order}`, order: { permanentId: order }, ...changes }),
});

async function aWorld(options: Partial<FillbookOptions<[]>> = {}) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const connectors = [scripted({ pages: [] })];
  const book = createFillbook({ store, connectors, credentials: async () => ({ token: "t" }), clock, ...options });
  const connectionId = await aConnection(store);
  const tell = (...records: ScriptedRecord[]) => play(store, connectionId, records);
  const user = book.forUser("owner");
  const trades = async () => {
    const { items } = await user.trades();
    return new Map(items.map((trade) => [trade.orderId, trade]));
  };
  const seen = async (...orders: string[]) => {
    const known = await trades();
    return orders.map((order) => seenTrade(known.get(order)));
  };
  return { book, clock, user, tell, trades, seen };
}

function seenTrade(trade: Trade | undefined) {
  if (trade === undefined) throw new Error("there is no such trade");
  return { id: trade.id, version: trade.version };
}

const plan = { id: "P1", symbol: "aapl", direction: "long", campaignId: "C1" } as const;

test("inbox: each trade has its suggestion, and the host is asked once a page", async () => {
  const tradePlans = vi.fn(async () => [plan]);
  const { user, tell } = await aWorld({ tradePlans });
  await tell(fill("O1"), fill("O2", { side: "sell" }), fill("O3"));
  const { items } = await user.inbox();
  expect(Object.fromEntries(items.map(({ orderId, suggestion }) => [orderId, suggestion.tradePlanId]))).toEqual({
    ...{ O1: "P1", O2: null, O3: "P1" },
  });
  expect(tradePlans.mock.calls).toEqual([[{ userId: "owner", instruments: ["AAPL"], planIds: [] }]]);
});

test.each<readonly [string, () => Promise<never[]>]>([
  ["throws", () => Promise.reject(new Error("the host's database is down"))],
  // A host in plain JavaScript may answer anything.
  ["answers something else", async () => [{ id: 7 }] as unknown as never[]],
])("inbox: it is readable when tradePlans %s", async (_name, tradePlans) => {
  const { user, tell } = await aWorld({ tradePlans });
  await tell(fill("O1"));
  expect((await user.inbox()).items.map(({ suggestion }) => suggestion.reason)).toEqual(["unavailable"]);
});

test("review: many are linked at once and leave the inbox, with what was suggested", async () => {
  const { user, tell, seen } = await aWorld({ tradePlans: async () => [plan] });
  await tell(fill("O1"), fill("O2", { side: "sell" }));
  const wanted = await seen("O2", "O1");
  const answered = await user.review({ trades: wanted, link: { campaignId: "C7" } });
  expect(answered.map(({ orderId, inbox, link }) => [orderId, inbox, link])).toEqual([
    ["O2", "reviewed", { campaignId: "C7" }],
    ["O1", "reviewed", { campaignId: "C7" }],
  ]);
  expect((await user.inbox()).items).toEqual([]);
  const [decision] = await user.tradeDecisions(answered[1]?.id ?? "");
  expect(decision).toMatchObject({
    decidedBy: "owner",
    suggestion: { tradePlanId: "P1", reason: "symbol_and_side_match", rule: 1 },
  });
});

test("review: of two who saw the same trade one wins, and the other's whole request is refused", async () => {
  const { book, user, tell, seen, trades } = await aWorld();
  await tell(fill("O1"), fill("O2"));
  const [both, first] = [await seen("O1", "O2"), await seen("O1")];
  await book.forUser("owner", { actor: "partner" }).review({ trades: first, link: { tradePlanId: "P9" } });
  await expect(user.review({ trades: both, link: null })).rejects.toMatchObject({ code: "TRADE_CHANGED" });
  const known = await trades();
  expect([known.get("O1")?.link, known.get("O2")?.inbox]).toEqual([{ tradePlanId: "P9" }, "pending_review"]);
});

test("review: cleared, and taken back decision by decision", async () => {
  const { user, clock, tell, seen, trades } = await aWorld();
  await tell(fill("O1"));
  const links = [{ tradePlanId: "P1" }, { campaignId: "C1" }, null];
  for (const link of links) {
    await clock.sleep(1);
    await user.review({ trades: await seen("O1"), link });
  }
  const states: unknown[] = [];
  for (let step = 0; step < 3; step += 1) {
    await user.undoReview({ trades: await seen("O1") });
    const trade = (await trades()).get("O1");
    states.push([trade?.inbox, trade?.link]);
  }
  // One decision back is kept: the one before it is gone.
  expect(states).toEqual([
    ["reviewed", { campaignId: "C1" }],
    ["pending_review", null],
    ["pending_review", null],
  ]);
});

test("review: a sync never changes a link, and what changed under it is told", async () => {
  const { user, tell, seen, trades } = await aWorld();
  await tell(fill("O1", { quantity: "10" }));
  await user.review({ trades: await seen("O1"), link: { tradePlanId: "P1" } });
  await tell(fill("O1", { quantity: "10" }));
  expect((await trades()).get("O1")).toMatchObject({ changedSinceReview: false, version: 2 });
  await tell(fill("O1", { quantity: "12", revision: 1 }), fill("O1", { familyId: "another", quantity: "1" }));
  const review = { links: [{ tradePlanId: "P1" }], undecidedCount: 1, changedCount: 1 };
  expect((await trades()).get("O1")).toMatchObject({ link: { tradePlanId: "P1" }, changedSinceReview: true, review });
  const filters = [{ changedSinceReview: true }, { changedSinceReview: false }, { status: "canceled" }] as const;
  const counts = await Promise.all(filters.map(async (filter) => (await user.trades(filter)).items.length));
  expect(counts).toEqual([1, 0, 0]);
  await user.review({ trades: await seen("O1"), link: { tradePlanId: "P1" } });
  expect((await trades()).get("O1")).toMatchObject({ changedSinceReview: false });
});

test("review: a trade whose fills were decided differently shows both decisions", async () => {
  const { user, clock, tell, seen, trades } = await aWorld();
  await tell(fill("O1"), fill("O2"));
  await user.review({ trades: await seen("O1"), link: { tradePlanId: "P1" } });
  await clock.sleep(1);
  await user.review({ trades: await seen("O2"), link: { campaignId: "C2" } });
  // The broker tells late that it was one order.
  await tell(fill("O2", { order: { permanentId: "O1" }, familyId: "fill of O2", revision: 1 }));
  const joined = [...(await trades()).values()].find(({ executionCount }) => executionCount === 2);
  const links = [{ tradePlanId: "P1" }, { campaignId: "C2" }];
  expect(joined).toMatchObject({ link: { campaignId: "C2" }, changedSinceReview: true, review: { links } });
});

test.each<readonly [string, object, string]>([
  ["nothing", { trades: [] }, "OPTION_INVALID"],
  [
    "a trade twice",
    {
      trades: [
        { id: "T", version: 1 },
        { id: "T", version: 1 },
      ],
    },
    "OPTION_INVALID",
  ],
  ["a plan and a campaign", { link: { tradePlanId: "P", campaignId: "C" } }, "OPTION_INVALID"],
  ["a link of nothing", { link: {} }, "OPTION_INVALID"],
  ["a trade that nobody has", { trades: [{ id: "nobody's", version: 1 }] }, "TRADE_NOT_FOUND"],
])("review: %s is refused", async (_name, request, code) => {
  const { user, tell, seen } = await aWorld();
  await tell(fill("O1"));
  const valid = { trades: await seen("O1"), link: null };
  await expect(user.review({ ...valid, ...request })).rejects.toMatchObject({ code });
});

test("review: another person's trade is as one that nobody has", async () => {
  const { book, tell, seen } = await aWorld();
  await tell(fill("O1"));
  const stranger = book.forUser("stranger");
  const refused = { code: "TRADE_NOT_FOUND" };
  await expect(stranger.review({ trades: await seen("O1"), link: null })).rejects.toMatchObject(refused);
  await expect(stranger.undoReview({ trades: await seen("O1") })).rejects.toMatchObject(refused);
  expect(await stranger.tradeDecisions((await seen("O1"))[0]?.id ?? "")).toEqual([]);
});
