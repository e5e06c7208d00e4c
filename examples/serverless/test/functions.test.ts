import { createFillbook, ImportError, type IngestReport, silentLogger } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted } from "@fillbook/testkit";
import { expect, it, onTestFinished } from "vitest";
import { functionStore } from "../src/function-store.ts";
import { type Invoke, ingestFunction } from "../src/ingest-function.ts";
import { secretHeader } from "../src/shared-secret.ts";
import { startFunction } from "../src/start-function.ts";
import { storeFunction } from "../src/store-function.ts";
import { tickFunction } from "../src/tick-function.ts";

// Goal: what stands between the functions loses nothing and lets nobody in. Method: real requests over loopback sockets.

const secret = "the secret of the functions' test";
const FILLS = 30;

/** Thirty pages of one fill; a page takes ten seconds of the clock. */
function slowPages(advance: (ms: number) => void): readonly ScriptedPage[] {
  return Array.from({ length: FILLS }, (_none, index) => ({
    get records() {
      advance(10_000);
      return [{ kind: "execution", execution: anExecution({ familyId: `E${index}`, order: { permanentId: "O1" } }) }];
    },
  })) as readonly ScriptedPage[];
}

async function startFunctions() {
  const clock = fakeClock();
  const data = memoryStore({ clock });
  const answer = storeFunction({ store: data, secret, logger: silentLogger });
  const network = { calls: 0, fails: (_call: number): "before" | "after" | null => null };
  const server = await startFunction(async (request) => {
    network.calls += 1;
    const fails = network.fails(network.calls);
    if (fails === "before") return new Response("gateway", { status: 502 });
    const response = await answer(request);
    return fails === "after" ? new Response("gateway", { status: 504 }) : response;
  });
  onTestFinished(() => server.close());
  const store = functionStore({ url: server.url, secret });
  const connectors = [scripted({ pages: slowPages(clock.advance) })];
  const book = createFillbook({ store, connectors, credentials: async () => ({ token: "t" }), clock });
  const asked: { readonly connectionId: string; readonly delayMs: number }[] = [];
  const invoke: Invoke = async (connectionId, { delayMs }) => void asked.push({ connectionId, delayMs });
  const { id } = await book.forUser("ada").connect({ connector: "scripted" });
  return {
    ...{ clock, data, store, network, asked, id, url: server.url },
    ingest: ingestFunction({ book, secret, invoke, budgetMs: 60_000, clock }),
    tick: tickFunction({ store, secret, invoke }),
    fills: async () => (await data.executions("ada", { limit: 200 })).items.length,
  };
}

function post(body: unknown, headers: Readonly<Record<string, string>> = secretHeader(secret)): Request {
  return new Request("https://app.example/function", { method: "POST", headers, body: JSON.stringify(body) });
}

it("an import that takes longer than an invocation may goes on in the next ones, to the last fill", async () => {
  const { tick, ingest, asked, fills, id } = await startFunctions();
  expect(await (await tick(post({}))).json()).toEqual({ claimed: 1 });
  let invocations = 0;
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
    expect(next).toEqual({ connectionId: id, delayMs: 0 });
    await ingest(post({ connectionId: next.connectionId }));
    invocations += 1;
  }
  expect(invocations).toBeGreaterThan(4);
  expect(await fills()).toBe(FILLS);
  // Claimed, run and done: it is not due at once.
  expect(await (await tick(post({}))).json()).toEqual({ claimed: 0 });
});

it("an invocation that is lost costs nothing: the connection is due again", async () => {
  const { tick, ingest, asked, fills, id, clock } = await startFunctions();
  await tick(post({}));
  await ingest(post({ connectionId: id }));
  asked.length = 0;
  const before = await fills();
  clock.advance(3_600_000);
  await tick(post({}));
  expect(asked).toEqual([{ connectionId: id, delayMs: 0 }]);
  for (let next = asked.shift(); next !== undefined; next = asked.shift()) await ingest(post({ connectionId: id }));
  expect([before > 0, before < FILLS, await fills()]).toEqual([true, true, FILLS]);
});

it("whichever answer of the store is lost, the import that comes back ends with every fill once", async () => {
  for (const fails of ["before", "after"] as const) {
    for (const call of [2, 3, 4, 5, 6]) {
      const { ingest, asked, fills, id, network, clock } = await startFunctions();
      const first = network.calls;
      network.fails = (now) => (now === first + call ? fails : null);
      await ingest(post({ connectionId: id })).catch((error) => expect(error.code).toBe("STORE_FAILED"));
      expect(network.calls).toBeGreaterThanOrEqual(first + call);
      clock.advance(3_600_000);
      asked.splice(0, asked.length, { connectionId: id, delayMs: 0 });
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) await ingest(post({ connectionId: id }));
      expect(await fills(), `call ${call} failed ${fails}`).toBe(FILLS);
    }
  }
});

it("a run that ended early to wait is invoked again when its time is over, one that is skipped or done is not", async () => {
  const { asked } = await startFunctions();
  const reports = [
    { status: "partial", more: true, stats: { pages: 0, inserted: 0 }, error: null },
    { status: "succeeded", more: false, stats: { pages: 1, inserted: 1 }, error: null },
    { status: "skipped", runningJobId: "J1" },
  ];
  for (const report of reports) {
    // The function reads no more of a report than this.
    const book = { ingest: async () => report as unknown as IngestReport };
    const invoke: Invoke = async (connectionId, { delayMs }) => void asked.push({ connectionId, delayMs });
    const clock = fakeClock();
    await ingestFunction({ book, secret, invoke, budgetMs: 60_000, clock })(post({ connectionId: "C1" }));
  }
  expect(asked).toEqual([{ connectionId: "C1", delayMs: 60_000 }]);
});

it.each([
  ["no secret", {}],
  ["another secret", secretHeader("the secret of the functions' tess")],
  ["a part of it", secretHeader(secret.slice(0, -1))],
])("%s opens no function", async (_name, headers) => {
  const { tick, ingest, asked, id, url, fills } = await startFunctions();
  const call = { method: "POST", headers, body: JSON.stringify({ method: "claimDue", parameters: [{}] }) };
  const answers = [
    await fetch(url, call),
    await tick(post({}, headers)),
    await ingest(post({ connectionId: id }, headers)),
  ];
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect([asked, await fills()]).toEqual([[], 0]);
});

it.each(["__proto__", "constructor", "toString", "close", "hasOwnProperty", ""])(
  "a method that is no store's is not called: %j",
  async (method) => {
    const { url } = await startFunctions();
    const body = JSON.stringify({ method, parameters: [] });
    expect((await fetch(url, { method: "POST", headers: secretHeader(secret), body })).status).toBe(400);
  },
);

it("an error keeps its code and its wait, and what the database said stays beside the data", async () => {
  const logged: unknown[] = [];
  const logger = { ...silentLogger, error: (data: object) => void logged.push(data) };
  const thrown = [
    new ImportError("STORE_NOT_MIGRATED", "migrate first", { retryAfterMs: 5 }),
    new Error("row (1, 'x')"),
  ];
  const ready = async () => {
    throw thrown.shift();
  };
  const send = storeFunction({ store: { ...memoryStore(), ready }, secret, logger });
  const store = functionStore({ url: "https://data.example", secret, send });
  const expected = { code: "STORE_NOT_MIGRATED", recovery: "fix-config", message: "migrate first", retryAfterMs: 5 };
  await expect(store.ready()).rejects.toMatchObject(expected);
  const answer = await send(post({ method: "ready", parameters: [] }));
  const told = await answer.text();
  expect(JSON.parse(told)).toMatchObject({ error: { code: "STORE_FAILED" } });
  expect(told).not.toContain("(1, 'x')");
  expect(logged).toHaveLength(2);
});
