import { afterAll, beforeAll, expect, it } from "vitest";
import { type Body, type Client, itemsOf } from "./support/client.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

// Goal: reviews, manual trades and totals over HTTP. Method: one person imports and decides, another one tries to.

let server: TestServer;
let ada: Client;
let eve: Client;
let plan: Body;
let campaign: Body;
let inbox: readonly Body[];

beforeAll(async () => {
  server = await openTestServer();
  ada = await server.signedUp("ada");
  eve = await server.signedUp("eve");
  const { apiKey, apiSecret } = server.simulator.key;
  await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey, apiSecret } });
  await ada.post("/api/sync");
  campaign = (await ada.post("/api/campaigns", { name: "Core" })).body;
  inbox = itemsOf(await ada.get("/api/inbox"));
  const [{ instrument, side } = {}] = inbox;
  const { symbol } = instrument as Body;
  const direction = side === "buy" ? "long" : "short";
  const made = await ada.post("/api/plans", { name: "Plan", symbol, direction, campaignId: campaign.id });
  expect(made.status).toBe(201);
  plan = made.body;
});
afterAll(() => server.close());

const seen = (trade: Body | undefined) => ({ id: trade?.id, version: trade?.version });
const tradeCounts = async () => {
  const { body } = await ada.get("/api/campaign-totals");
  return (body as unknown as readonly Body[]).map(({ campaignId, tradeCount }) => [campaignId, tradeCount]);
};

it("the inbox suggests the one plan of symbol and side, with its campaign", async () => {
  const [first] = itemsOf(await ada.get("/api/inbox"));
  expect(first?.suggestion).toMatchObject({
    ...{ tradePlanId: plan.id, campaignId: campaign.id, reason: "symbol_and_side_match" },
  });
});

it("a review with a plan or campaign of somebody else is refused, and changes nothing", async () => {
  const trades = [seen(inbox[0])];
  const hers = await eve.post("/api/campaigns", { name: "Hers" });
  for (const link of [{ campaignId: hers.body.id }, { tradePlanId: "no-such" }, { campaignId: plan.id }]) {
    expect(await ada.post("/api/reviews", { trades, link })).toMatchObject({ status: 422, body: { status: 422 } });
  }
  const stolen = await eve.post("/api/plans", { name: "x", symbol: "A", direction: "long", campaignId: campaign.id });
  expect(stolen.status).toBe(422);
  expect((await eve.post("/api/reviews", { trades, link: null })).body).toMatchObject({ code: "TRADE_NOT_FOUND" });
  expect(itemsOf(await ada.get("/api/inbox"))).toHaveLength(inbox.length);
});

it("review: by plan it counts for the plan's campaign, once; in bulk for a campaign; undo takes it back", async () => {
  const [first, second, third] = inbox;
  const one = await ada.post("/api/reviews", { trades: [seen(first)], link: { tradePlanId: plan.id } });
  expect(one.body).toMatchObject([{ id: first?.id, inbox: "reviewed", link: { tradePlanId: plan.id } }]);
  expect(await tradeCounts()).toEqual([
    [campaign.id, 1],
    [null, inbox.length - 1],
  ]);
  const trades = [seen(second), seen(third)];
  const bulk = await ada.post("/api/reviews", { trades, link: { campaignId: campaign.id } });
  expect((bulk.body as unknown as readonly Body[]).map(({ inbox }) => inbox)).toEqual(["reviewed", "reviewed"]);
  expect(await tradeCounts()).toEqual([
    [campaign.id, 3],
    [null, inbox.length - 3],
  ]);
  const undone = await ada.post("/api/reviews/undo", { trades: (bulk.body as unknown as Body[]).map(seen) });
  expect(undone.body).toMatchObject([{ inbox: "pending_review" }, { inbox: "pending_review" }]);
  expect((await tradeCounts())[0]).toEqual([campaign.id, 1]);
});

it("a trade that is not as it was seen stops the whole bulk", async () => {
  const [, , , fourth, fifth] = inbox;
  const trades = [seen(fourth), { id: fifth?.id, version: Number(fifth?.version) + 7 }];
  const answer = await ada.post("/api/reviews", { trades, link: null });
  expect(answer).toMatchObject({ status: 409, body: { code: "TRADE_CHANGED" } });
  const waiting = itemsOf(await ada.get("/api/inbox")).map(({ id }) => id);
  expect(waiting).toContain(fourth?.id);
});

it("decisions say who chose what, when, and what was suggested", async () => {
  const { body } = await ada.get(`/api/trades/${inbox[0]?.id}/decisions`);
  const { body: session } = await ada.get("/api/session");
  expect(body).toMatchObject([
    {
      link: { tradePlanId: plan.id },
      decidedBy: (session.user as Body).id,
      suggestion: { tradePlanId: plan.id, reason: "symbol_and_side_match" },
    },
  ]);
});

it("trades filter by what changed since their review", async () => {
  expect(itemsOf(await ada.get("/api/trades?changedSinceReview=true"))).toEqual([]);
  expect(itemsOf(await ada.get("/api/trades?changedSinceReview=false")).length).toBe(inbox.length);
});

it("manual trades: entered, changed, removed; amounts are text, and checked", async () => {
  const trade = { symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "10", price: "150.10" };
  const executedAt = "2026-01-05T15:00:00Z";
  const made = await ada.post("/api/trades", { ...trade, executedAt, link: { campaignId: campaign.id } });
  expect(made).toMatchObject({ status: 201, body: { source: "manual", averagePrice: "150.1", inbox: "reviewed" } });
  const path = made.headers.get("location") ?? "";
  expect(await ada.post("/api/trades", { ...trade, executedAt, quantity: 10 })).toMatchObject({ status: 400 });
  const negative = await ada.post("/api/trades", { ...trade, executedAt, quantity: "-1" });
  expect(negative).toMatchObject({ status: 400, body: { code: "OPTION_INVALID" } });
  const changed = await ada.patch(path, { version: made.body.version, quantity: "12" });
  expect(changed.body).toMatchObject({ quantity: "12", link: { campaignId: campaign.id } });
  expect((await eve.patch(path, { version: changed.body.version, quantity: "1" })).status).toBe(404);
  expect((await ada.patch(path, { version: made.body.version, quantity: "1" })).status).toBe(409);
  const positions = (await ada.get("/api/positions?symbol=AAPL")).body as unknown as readonly Body[];
  expect(positions).toMatchObject([{ quantity: "12", averageCost: "150.1", sources: ["manual"] }]);
  const other = await ada.post("/api/trades", { ...trade, symbol: "MSFT", executedAt });
  expect((await ada.delete(`/api/trades/${other.body.id}?version=${other.body.version}`)).status).toBe(204);
  expect((await ada.get("/api/positions?symbol=MSFT")).body).toEqual([]);
  expect((await tradeCounts())[0]).toEqual([campaign.id, 2]);
});

it("absorb: an imported trade takes the place of a manual one, until the undo of its review", async () => {
  const [imported = {}] = itemsOf(await ada.get("/api/inbox"));
  const { symbol, kind, currency } = imported.instrument as Body;
  const { side, quantity, lastExecutedAt: executedAt } = imported;
  const link = { campaignId: campaign.id };
  const facts = { symbol, kind, currency, side, quantity, executedAt, price: "1", link };
  const manual = (await ada.post("/api/trades", facts)).body;
  const [proposed] = itemsOf(await ada.get("/api/inbox"));
  expect(proposed).toMatchObject({ id: imported.id, absorb: seen(manual) });
  const path = `/api/trades/${encodeURIComponent(String(imported.id))}/absorb`;
  const request = { version: imported.version, manual: seen(manual) };
  const hers = await eve.post("/api/campaigns", { name: "Hers too" });
  expect((await ada.post(path, { ...request, link: { campaignId: hers.body.id } })).status).toBe(422);
  expect((await ada.post(path, { ...request, manual: { id: manual.id } })).status).toBe(400);
  const done = await ada.post(path, request);
  expect(done).toMatchObject({ status: 200, body: { id: imported.id, inbox: "reviewed", link } });
  expect(await ada.post(path, request)).toMatchObject({ status: 404, body: { code: "TRADE_NOT_FOUND" } });
  const manuals = async () => itemsOf(await ada.get("/api/trades?broker=manual&limit=200")).map(({ id }) => id);
  expect(await manuals()).not.toContain(manual.id);
  await ada.post("/api/reviews/undo", { trades: [seen(done.body)] });
  expect(await manuals()).toContain(manual.id);
  const eventsOf = async (trade: Body) =>
    itemsOf(await ada.get(`/api/audit-events?limit=2&tradeId=${trade.id}`)).map(({ action, by, details }) => {
      return [action, by, (details as Body).manualTradeIds ?? (details as Body).importedTradeId];
    });
  const { body: session } = await ada.get("/api/session");
  const { id: userId } = session.user as Body;
  expect(await eventsOf(imported)).toEqual([
    ["trade.review_undone", userId, [manual.id]],
    ["trade.reviewed", userId, [manual.id]],
  ]);
  expect(await eventsOf(manual)).toEqual([
    ["trade.restored", userId, imported.id],
    ["trade.absorbed", userId, imported.id],
  ]);
});

it("undo: what a run imported goes, what was reviewed stays, and a window brings it back", async () => {
  // What comes back is new, so its trades have other ids.
  const orders = async () => itemsOf(await ada.get("/api/inbox?limit=200")).map(({ orderId }) => orderId);
  const before = await orders();
  const job = itemsOf(await ada.get("/api/jobs")).at(-1);
  const undo = () => ada.post(`/api/jobs/${job?.id}/undo`);
  const done = await undo();
  expect(done).toMatchObject({ status: 200, body: { status: "undone", blocked: { count: 0 } } });
  expect(Number((done.body.kept as Body).count)).toBeGreaterThan(0);
  expect(itemsOf(await ada.get("/api/inbox"))).toEqual([]);
  expect((await ada.get(`/api/jobs/${job?.id}`)).body.undoneAt).not.toBeNull();
  expect((await undo()).body).toMatchObject({ status: "nothing_left", reversed: { count: 0 } });
  const window = { from: new Date(Date.now() - 86_400_000).toISOString() };
  const again = await ada.post(`/api/connections/${job?.connectionId}/sync`, { window });
  expect(again.body).toMatchObject({ status: "succeeded", stats: { inserted: (done.body.reversed as Body).count } });
  expect(await orders()).toEqual(before);
});

it("backfill: reads history under the same rules", async () => {
  const [connection] = itemsOf(await ada.get("/api/connections"));
  const path = `/api/connections/${connection?.id}/backfill`;
  const report = await ada.post(path, { window: { from: "2026-01-01T00:00:00Z" } });
  expect(report).toMatchObject({ status: 200, body: { stats: { inserted: 0 }, error: null } });
  const [job] = itemsOf(await ada.get("/api/jobs?limit=1"));
  expect(job).toMatchObject({ id: report.body.jobId, mode: "backfill" });
  expect((await ada.post(path, { window: { since: "x" } })).status).toBe(400);
});
