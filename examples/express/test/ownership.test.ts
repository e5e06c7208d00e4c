import { afterAll, beforeAll, expect, it } from "vitest";
import { type Body, type Client, itemsOf } from "./support/client.ts";
import { openTestServer, type TestServer, TRADES } from "./support/test-server.ts";

// Goal: nobody reaches what is another's. Method: one person imports, a second one asks for it by every route with an id.

let server: TestServer;
let ada: Client;
let eve: Client;
let ids: Readonly<Record<"connection" | "job" | "trade" | "problem", string>>;

beforeAll(async () => {
  server = await openTestServer();
  ada = await server.signedUp("ada");
  eve = await server.signedUp("eve");
  const { apiKey, apiSecret } = server.simulator.key;
  const made = await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey, apiSecret } });
  await ada.post("/api/sync");
  server.simulator.changeTrade(TRADES.at(-1)?.txid ?? "", { price: "1.00000" });
  await ada.post("/api/sync");
  const firstOf = async (list: string) => encodeURIComponent(String(itemsOf(await ada.get(list))[0]?.id));
  ids = {
    connection: String(made.body.id),
    job: await firstOf("/api/jobs"),
    trade: await firstOf("/api/trades"),
    problem: await firstOf("/api/problems"),
  };
  // The routes answer their owner: else a wrong path would pass for a stranger's.
  for (const path of [
    `connections/${ids.connection}`,
    `jobs/${ids.job}`,
    `jobs/${ids.job}/steps`,
    `connections/${ids.connection}/coverage`,
    `trades/${ids.trade}`,
  ])
    expect((await ada.get(`/api/${path}`)).status).toBe(200);
});
afterAll(() => server.close());

const bodies: Readonly<Record<string, object>> = {
  "/credentials": { credentials: {} },
  "/absorb": { version: 1, manual: { id: "any", version: 1 } },
};

it.each([
  ["get", "connections", "connection", ""],
  ["patch", "connections", "connection", ""],
  ["delete", "connections", "connection", ""],
  ["get", "connections", "connection", "/coverage"],
  ["put", "connections", "connection", "/credentials"],
  ["post", "connections", "connection", "/sync"],
  ["post", "connections", "connection", "/backfill"],
  ["post", "connections", "connection", "/reprocess"],
  ["post", "connections", "connection", "/file"],
  ["get", "jobs", "job", ""],
  ["get", "jobs", "job", "/steps"],
  ["post", "jobs", "job", "/undo"],
  ["get", "trades", "trade", ""],
  ["get", "trades", "trade", "/decisions"],
  ["post", "trades", "trade", "/absorb"],
  ["post", "problems", "problem", "/resolve"],
] as const)("%s /api/%s: a stranger's %s%s is not there", async (method, resource, kind, rest) => {
  const body = bodies[rest] ?? {};
  const theirs = await eve[method](`/api/${resource}/${ids[kind]}${rest}`, body);
  expect(theirs.status).toBe(404);
  const missing = await eve[method](`/api/${resource}/missing${rest}`, body);
  const told = ({ body }: typeof theirs) => JSON.stringify({ ...body, instance: "" });
  expect(told(theirs).replaceAll(ids[kind], "missing")).toBe(told(missing));
});

it("a stranger pins no report", async () => {
  const [{ action } = {}] = itemsOf(await ada.get("/api/problems?kind=conflict"));
  const { familyKey, revisionKeys } = action as {
    readonly familyKey: string;
    readonly revisionKeys: readonly string[];
  };
  const counts = async () => itemsOf(await ada.get("/api/executions?canonical=true&limit=200")).map(({ id }) => id);
  const before = await counts();
  for (const revisionKey of revisionKeys) {
    const answer = await eve.post("/api/reports/pin", { familyKey, revisionKey });
    expect(answer).toMatchObject({ status: 400, body: { code: "OPTION_INVALID" } });
  }
  expect(await counts()).toEqual(before);
});

it("what the stranger tried has changed nothing", async () => {
  expect((await ada.get(`/api/connections/${ids.connection}`)).body).toMatchObject({ status: "active", label: null });
  const [problem] = itemsOf(await ada.get("/api/problems"));
  expect(encodeURIComponent(String(problem?.id))).toBe(ids.problem);
  expect((await ada.post(`/api/problems/${ids.problem}/resolve`)).status).toBe(200);
  expect((await ada.get(`/api/jobs/${ids.job}`)).body).toMatchObject({ undoneAt: null });
  expect((await ada.get(`/api/trades/${ids.trade}`)).body).toMatchObject({ inbox: "pending_review" });
});

it("a stranger's trade is absorbed by nothing, and absorbs nothing", async () => {
  const facts = { symbol: "AAPL", kind: "stock", side: "buy", quantity: "1", price: "1" };
  const made = await eve.post("/api/trades", { ...facts, executedAt: "2026-01-05T15:00:00Z" });
  const hers = { id: String(made.body.id), version: made.body.version };
  const theirs = { id: decodeURIComponent(ids.trade), version: 1 };
  const absorb = (trade: typeof hers, manual: typeof hers) =>
    eve.post(`/api/trades/${encodeURIComponent(trade.id)}/absorb`, { version: trade.version, manual });
  for (const answer of [await absorb(hers, theirs), await absorb(theirs, hers)])
    expect(answer).toMatchObject({ status: 404, body: { code: "TRADE_NOT_FOUND" } });
  expect((await eve.delete(`/api/trades/${hers.id}?version=${hers.version}`)).status).toBe(204);
});

it.each(["jobs", "trades", "problems", "steps", "inbox"])("/api/%s: a stranger's connection has none", async (list) => {
  expect(itemsOf(await eve.get(`/api/${list}?connectionId=${ids.connection}`))).toEqual([]);
  expect(itemsOf(await eve.get(`/api/${list}`))).toEqual([]);
});

it("executions of a stranger's trade are none", async () => {
  expect(itemsOf(await eve.get(`/api/executions?tradeId=${ids.trade}`))).toEqual([]);
});

it("events of a stranger's trade are none", async () => {
  const path = `/api/audit-events?tradeId=${ids.trade}`;
  const { id, version } = (await ada.get(`/api/trades/${ids.trade}`)).body;
  const [reviewed] = (await ada.post("/api/reviews", { trades: [{ id, version }], link: null }))
    .body as unknown as Body[];
  await ada.post("/api/reviews/undo", { trades: [{ id, version: reviewed?.version }] });
  expect(itemsOf(await ada.get(path))).toHaveLength(2);
  expect(itemsOf(await eve.get(path))).toEqual([]);
});

it.each(["positions", "realized-days", "campaign-totals", "problems/counts", "plans", "campaigns"])(
  "/api/%s of a stranger is empty",
  async (list) => {
    expect((await eve.get(`/api/${list}`)).body).toEqual([]);
  },
);

const lists = ["connections", "jobs", "steps", "steps/statistics", "problems", "problems/counts", "trades", "inbox"];
const others = ["executions", "positions", "realized-days", "campaign-totals", "plans", "campaigns", "connectors"];
it.each([...lists, ...others, "events", "audit-events"])("/api/%s needs a login", async (list) => {
  expect(await server.visitor().get(`/api/${list}`)).toMatchObject({ status: 401, body: { status: 401 } });
});
