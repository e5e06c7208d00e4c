import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Body, type Client, itemsOf } from "./support/client.ts";
import { openTestServer, type TestServer, TRADES } from "./support/test-server.ts";

// Goal: a person's way from the key to the trades, over HTTP alone. Method: one story, whose steps build on each other.

let server: TestServer;
let ada: Client;
let path: string;

const keyOf = (index: number) => {
  const key = server.simulator.keys[index];
  return { apiKey: key?.apiKey, apiSecret: key?.apiSecret };
};

beforeAll(async () => {
  server = await openTestServer();
  ada = await server.signedUp("ada");
});
afterAll(() => server.close());

it("connect: a key that Kraken refuses is told with its code, a key that is none with its field", async () => {
  const { apiKey } = keyOf(0);
  const apiSecret = Buffer.from("another secret").toString("base64");
  const refused = await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey, apiSecret } });
  expect(refused).toMatchObject({ status: 422, body: { code: "CREDENTIALS_INVALID", recovery: "reauthenticate" } });
  const half = await ada.post("/api/connections", { connector: "kraken", credentials: { apiKey } });
  expect(half).toMatchObject({ status: 422, body: { code: "CREDENTIALS_MALFORMED" } });
  expect(half.body.detail).toContain("apiSecret");
  const unknown = await ada.post("/api/connections", { connector: "abacus", credentials: {} });
  expect(unknown).toMatchObject({ status: 422, body: { code: "CONNECTOR_UNKNOWN" } });
});

it("connect: the right key makes a connection", async () => {
  const answer = await ada.post("/api/connections", { connector: "kraken", credentials: keyOf(0), label: "Main" });
  expect(answer).toMatchObject({ status: 201, body: { connector: "kraken", status: "active", label: "Main" } });
  path = answer.headers.get("location") ?? "";
  expect((await ada.get(path)).body).toEqual(answer.body);
  expect(itemsOf(await ada.get("/api/connections"))).toEqual([answer.body]);
});

it("sync: imports every fill, once", async () => {
  const first = await ada.post(`${path}/sync`);
  expect(first).toMatchObject({ status: 200, body: { status: "succeeded", stats: { inserted: TRADES.length } } });
  const all = await ada.post("/api/sync");
  expect(all.body).toMatchObject([{ error: null, report: { status: "succeeded", stats: { inserted: 0 } } }]);
});

it("coverage: what was read to the end, and no gap in it", async () => {
  const { body } = await ada.get(`${path}/coverage`);
  expect(body).toMatchObject({ open: [], gaps: [] });
  const [oldest] = TRADES;
  expect(body.covered).toMatchObject([{ evidence: "TradesHistory" }]);
  const [span] = body.covered as readonly Body[];
  expect(Date.parse(String(span?.from))).toBeLessThanOrEqual(Number(oldest?.time) * 1000);
});

it("lists: trades with their executions, the inbox, executions", async () => {
  const trades = itemsOf(await ada.get("/api/trades"));
  expect(trades.length).toBeGreaterThan(3);
  const trade = await ada.get(`/api/trades/${trades[0]?.id}`);
  expect(trade.body).toMatchObject({ id: trades[0]?.id, inbox: "pending_review" });
  expect(itemsOf({ body: trade.body.executions })).toHaveLength(Number(trade.body.executionCount));
  const waiting = itemsOf(await ada.get("/api/inbox"));
  expect(waiting.map(({ id }) => id)).toEqual(trades.map(({ id }) => id));
  const executions = await ada.get("/api/executions?limit=20&canonical=true");
  const rest = await ada.get(`/api/executions?limit=20&after=${encodeURIComponent(String(executions.body.next))}`);
  expect(itemsOf(executions).length + itemsOf(rest).length).toBe(TRADES.length);
});

it("lists: filters", async () => {
  const [newest] = itemsOf(await ada.get("/api/trades?limit=1"));
  const at = String(newest?.lastExecutedAt);
  const since = itemsOf(await ada.get(`/api/trades?from=${at}`));
  expect(since.map(({ id }) => id)).toEqual([newest?.id]);
  expect(itemsOf(await ada.get("/api/executions?canonical=false"))).toEqual([]);
  expect(itemsOf(await ada.get("/api/jobs?status=failed"))).toEqual([]);
});

it.each([
  ["/api/trades?limit=many", "limit"],
  ["/api/trades?limit=201", "limit"],
  ["/api/trades?from=yesterday", "from"],
  ["/api/executions?canonical=maybe", "canonical"],
  ["/api/jobs?status=lost", "status"],
  ["/api/jobs?status=failed&status=partial", "status"],
  ["/api/problems?state=none", "state"],
  ["/api/steps?limit=101", "limit"],
  ["/api/steps/statistics?limit=1", "limit"],
  ["/api/inbox?inbox=reviewed", "inbox"],
  ["/api/connections?colour=red", "colour"],
])("%s is refused and names its field", async (url, field) => {
  const answer = await ada.get(url);
  expect(answer).toMatchObject({ status: 400, body: { status: 400, errors: [{ field }] } });
});

it("an `after` that is no list's `next` is refused", async () => {
  const answer = await ada.get("/api/trades?after=here");
  expect(answer).toMatchObject({ status: 400, body: { code: "OPTION_INVALID", recovery: "fix-config" } });
});

it("jobs and their steps", async () => {
  const jobs = itemsOf(await ada.get("/api/jobs"));
  expect(jobs).toHaveLength(2);
  const job = await ada.get(`/api/jobs/${jobs[0]?.id}`);
  expect(job.body).toEqual(jobs[0]);
  const steps = itemsOf(await ada.get(`/api/jobs/${jobs[0]?.id}/steps`));
  expect(new Set(steps.map(({ name }) => name))).toEqual(new Set(["begin", "pull", "normalize", "commit", "end"]));
  const pages = z.array(z.object({ stats: z.object({ pages: z.number() }) })).parse(jobs);
  const committed = pages.reduce((sum, { stats }) => sum + stats.pages, 0);
  expect(itemsOf(await ada.get("/api/steps?name=commit"))).toHaveLength(committed);
  const statistics = await ada.get("/api/steps/statistics");
  expect(statistics.body).toMatchObject([{ name: "begin", count: 2, successRate: 1 }, {}, {}, {}, {}]);
});

it("problems: a changed fill is told, and put away", async () => {
  server.simulator.changeTrade(TRADES.at(-1)?.txid ?? "", { price: "1.00000" });
  await ada.post(`${path}/sync`);
  const [problem] = itemsOf(await ada.get("/api/problems?kind=conflict"));
  expect(problem).toMatchObject({ resolvedAt: null, action: { kind: "pin-report" } });
  const resolved = await ada.post(`/api/problems/${encodeURIComponent(String(problem?.id))}/resolve`);
  expect(resolved.body.resolvedAt).not.toBeNull();
  // What is left is that the key of this test ends in an hour.
  expect(itemsOf(await ada.get("/api/problems")).map(({ kind }) => kind)).toEqual(["warning"]);
});

it("pin: the report that a person chooses counts, also after the problem was put away", async () => {
  const [{ action } = {}] = itemsOf(await ada.get("/api/problems?kind=conflict&state=all"));
  const { familyKey, revisionKeys } = action as { familyKey: string; revisionKeys: readonly string[] };
  expect(revisionKeys).toHaveLength(2);
  for (const revisionKey of [...revisionKeys, ...revisionKeys]) {
    expect((await ada.post("/api/reports/pin", { familyKey, revisionKey })).status).toBe(204);
    const counting = itemsOf(await ada.get("/api/executions?canonical=true&limit=200"));
    expect(counting.filter((one) => one.familyKey === familyKey).map(({ id }) => id)).toEqual([revisionKey]);
  }
  expect((await ada.post("/api/reports/pin", { familyKey })).status).toBe(400);
});

it("patch: changes what it names, and says what it does not take", async () => {
  const changed = await ada.patch(path, { label: null, syncEveryMs: 60_000 });
  expect(changed).toMatchObject({ status: 200, body: { label: null, syncEveryMs: 60_000 } });
  expect(await ada.patch(path, { syncEveryMs: 1 })).toMatchObject({ status: 400, body: { code: "OPTION_INVALID" } });
  const moved = await ada.patch(path, { accountRef: "another" });
  expect(moved).toMatchObject({ status: 400, body: { errors: [{ field: "accountRef" }] } });
});

it("an expired key blocks the connection until it gets a good one", async () => {
  server.advance(7_200_000);
  const blocked = await ada.post(`${path}/sync`);
  expect(blocked).toMatchObject({ status: 200, body: { status: "blocked_reauth" } });
  expect((await ada.get(path)).body).toMatchObject({ status: "needs_reauth", nextSyncAt: null });
  expect((await ada.put(`${path}/credentials`, { credentials: keyOf(0) })).status).toBe(422);
  const mended = await ada.put(`${path}/credentials`, { credentials: keyOf(1) });
  expect(mended).toMatchObject({ status: 200, body: { status: "active" } });
  expect((await ada.post(`${path}/sync`)).body).toMatchObject({ status: "succeeded", stats: { inserted: 0 } });
});

it("delete: ends the connection and keeps what was imported", async () => {
  expect((await ada.delete(path)).body).toMatchObject({ status: "disconnected" });
  const sync = await ada.post(`${path}/sync`);
  expect(sync).toMatchObject({ status: 409, body: { code: "CONNECTION_DISCONNECTED" } });
  expect(itemsOf(await ada.get("/api/executions?canonical=true"))).toHaveLength(TRADES.length);
});

it("credentials are in no answer and in no log", () => {
  const told = server.told.join("\n");
  expect(told).toContain("/api/connections");
  for (const index of [0, 1]) {
    const { apiKey = "", apiSecret = "" } = keyOf(index);
    for (const secret of [apiKey, apiSecret]) {
      expect(told).not.toContain(secret);
      expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(told).not.toContain(encodeURIComponent(secret));
    }
  }
});
