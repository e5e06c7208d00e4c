import { createFillbook, type FillbookOptions, ImportError, unixMsOf } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, type ScriptedPage, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection } from "../../testkit/src/suite/play.ts";

const EVERY_MS = 60_000;
const page = (familyId: string): Extract<ScriptedPage, { records: unknown }> => ({
  records: [{ kind: "execution", execution: anExecution({ familyId }) }],
});

function aWorld(
  connectors: readonly AnyConnector[],
  storeWith: (store: ReturnType<typeof memoryStore>) => ReturnType<typeof memoryStore> = (store) => store,
) {
  const clock = fakeClock();
  const store = storeWith(memoryStore({ clock }));
  const options: FillbookOptions<readonly AnyConnector[]> = {
    ...{ store, connectors, credentials: async () => ({ token: "t" }), clock },
  };
  // A new book is a new process: it knows what the store knows.
  return { clock, store, newBook: () => createFillbook(options), book: createFillbook(options) };
}

/** A connector that counts how many of its pulls are under way. */
function counting(): { readonly connector: AnyConnector; readonly most: () => number } {
  let [running, most] = [0, 0];
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      yield scriptedPage(page("E1"), 1);
    },
  };
  return { connector, most: () => most };
}

test("ingestDue: every due connection runs once, a few at a time, and then none is due", async () => {
  const { connector, most } = counting();
  const { store, book } = aWorld([connector]);
  const ids: string[] = [];
  for (let place = 0; place < 25; place += 1) ids.push(await aConnection(store));
  const results = await book.ingestDue({ concurrency: 3 });
  expect(results.map(({ connectionId }) => connectionId).sort()).toEqual(ids.sort());
  expect(new Set(results.map(({ report }) => report?.status))).toEqual(new Set(["succeeded"]));
  expect(most()).toBe(3);
  expect(await book.ingestDue()).toEqual([]);
  expect((await store.jobs("owner", { limit: 200 })).items.every(({ mode }) => mode === "scheduled")).toBe(true);
});

test("ingestDue: a run that fails and one that cannot begin stop no other", async () => {
  const failing = scripted({ id: "failing", pages: [{ error: new ImportError("NETWORK", "gone") }] });
  const { store, book } = aWorld([scripted({ pages: [page("E1")] }), failing], (store) => ({
    ...store,
    async beginRun(request) {
      if (request.connectionId === refused) throw new Error("the pool is busy");
      return store.beginRun(request);
    },
  }));
  const bad = await aConnection(store, { connector: "failing" });
  const refused = await aConnection(store);
  const good = await aConnection(store);
  const results = new Map((await book.ingestDue({ concurrency: 1 })).map((result) => [result.connectionId, result]));
  expect(results.get(bad)).toMatchObject({ report: { status: "failed" }, error: null });
  expect(results.get(refused)).toMatchObject({ report: null, error: { code: "STORE_FAILED", connectionId: refused } });
  expect(results.get(good)).toMatchObject({ report: { status: "succeeded" } });
});

test("ingestDue: a store that cannot tell what is due is an error, after the runs that began have ended", async () => {
  let claims = 0;
  const { store, book } = aWorld([scripted({ pages: [page("E1")] })], (store) => ({
    ...store,
    async claimDue(request) {
      claims += 1;
      if (claims > 1) throw new Error("gone");
      return store.claimDue({ ...request, limit: 1 });
    },
  }));
  await aConnection(store);
  await aConnection(store);
  await expect(book.ingestDue()).rejects.toMatchObject({ code: "STORE_FAILED" });
  expect((await store.jobs("owner", {})).items.map(({ status }) => status)).toEqual(["succeeded"]);
});

test("ingestDue: an abort ends the runs that are going on and claims no more", async () => {
  const aborter = new AbortController();
  const connector: AnyConnector = {
    ...scripted({ pages: [] }),
    async *pull({ signal }) {
      aborter.abort();
      signal.throwIfAborted();
      yield scriptedPage(page("E1"), 1);
    },
  };
  const { store, book } = aWorld([connector]);
  for (let place = 0; place < 5; place += 1) await aConnection(store);
  const results = await book.ingestDue({ concurrency: 1, signal: aborter.signal });
  expect(results).toMatchObject([{ report: { error: { code: "ABORTED" }, health: "ok" } }]);
  expect((await store.jobs("owner", {})).items).toHaveLength(1);
  expect(await book.ingestDue({ signal: AbortSignal.abort() })).toEqual([]);
});

test("ingestDue: an owner with 10,000 due connections does not keep another waiting for a second tick", async () => {
  const { store, book } = aWorld([scripted({ pages: [] })]);
  for (let place = 0; place < 10_000; place += 1) await aConnection(store, { owner: "many" });
  const own = await aConnection(store, { owner: "one", dueHour: 23 });
  const results = await book.ingestDue({ limit: 20, concurrency: 10 });
  expect(results).toHaveLength(20);
  expect(results.map(({ connectionId }) => connectionId)).toContain(own);
});

test.each([{ limit: 0 }, { limit: 10_001 }, { concurrency: 0 }, { concurrency: 1.5 }])(
  "ingestDue: %j is refused and claims nothing",
  async (request) => {
    const { store, book } = aWorld([scripted({ pages: [] })]);
    await aConnection(store);
    await expect(book.ingestDue(request)).rejects.toMatchObject({ code: "OPTION_INVALID" });
    expect(await book.ingestDue()).toHaveLength(1);
  },
);

test("breaker: three failures open it for longer and longer, across restarts, and one probe that succeeds closes it", async () => {
  let broken = true;
  const pages = (): readonly ScriptedPage[] =>
    broken ? [{ error: new ImportError("BROKER_UNAVAILABLE", "503") }] : [page("E1")];
  const connector = scripted({ pages });
  const { clock, store, newBook } = aWorld([connector]);
  const id = await aConnection(store, { syncEveryMs: EVERY_MS });
  const connection = async () => store.connection("owner", id);
  const tries: number[] = [];
  const startMs = clock.now();
  for (; clock.now() < startMs + 30 * EVERY_MS; clock.advance(1000))
    if ((await newBook().ingestDue()).length > 0) tries.push((clock.now() - startMs) / EVERY_MS);
  const gaps = tries.slice(1).map((at, place) => at - (tries[place] ?? 0));
  expect(gaps.slice(0, 2).every((gap) => gap < 1.2)).toBe(true);
  for (const [place, least] of [2, 4, 8].entries()) expect(gaps[place + 2]).toBeGreaterThanOrEqual(least);
  expect(await connection()).toMatchObject({ status: "active", breaker: "open", health: "degraded" });
  expect((await connection())?.consecutiveFailures).toBe(tries.length);
  broken = false;
  clock.advance(20 * EVERY_MS);
  expect(await newBook().ingestDue()).toMatchObject([{ report: { status: "succeeded", health: "ok" } }]);
  expect(await connection()).toMatchObject({ breaker: "closed", consecutiveFailures: 0, pausedUntil: null });
});

test("breaker: a person may try while it is open, and hears why it does not work", async () => {
  const connector = scripted({ pages: [{ error: new ImportError("BROKER_UNAVAILABLE", "503") }] });
  const { store, book } = aWorld([connector]);
  const id = await aConnection(store);
  const user = book.forUser("owner");
  for (let run = 0; run < 3; run += 1) await user.syncNow(id);
  const { pausedUntil } = await user.connection(id);
  expect(await user.syncNow(id)).toMatchObject({ status: "failed", error: { code: "BROKER_UNAVAILABLE" } });
  expect(await user.connection(id)).toMatchObject({ breaker: "open", consecutiveFailures: 3, pausedUntil });
});

test("a store that fails and credentials that cannot be read count nothing against the broker", async () => {
  const { store, newBook, clock } = aWorld([scripted({ pages: [page("E1")] })], (store) => ({
    ...store,
    commit: () => Promise.reject(new Error("disk full")),
  }));
  const id = await aConnection(store);
  for (let run = 0; run < 5; run += 1) await newBook().ingest({ connectionId: id, mode: "scheduled" });
  const counted = { status: "active", breaker: "closed", consecutiveFailures: 0 };
  expect(await store.connection("owner", id)).toMatchObject({ ...counted, health: "ok", pausedUntil: null });
  const credentials = () => Promise.reject(new Error("the key service is down"));
  const book = createFillbook({ store, connectors: [scripted({ pages: [] })], credentials, clock });
  await book.ingest({ connectionId: id, mode: "scheduled" });
  const connection = await store.connection("owner", id);
  expect(connection).toMatchObject({ ...counted, health: "degraded" });
  expect(unixMsOf(connection?.pausedUntil ?? connection?.createdAt ?? raise())).toBeGreaterThan(clock.now());
});

function raise(): never {
  throw new Error("there is no connection");
}

test("unchanged: scheduled runs without change keep one row that counts them; others keep theirs", async () => {
  const { store, book } = aWorld([scripted({ pages: [page("E1")] })]);
  const id = await aConnection(store);
  await book.ingest({ connectionId: id, mode: "scheduled" });
  const runs: string[] = [];
  for (let run = 0; run < 5; run += 1) {
    const report = await book.ingest({ connectionId: id, mode: "scheduled" });
    if (report.status !== "skipped") runs.push(report.jobId);
  }
  await book.ingest({ connectionId: id, mode: "manual" });
  const jobs = (await store.jobs("owner", {})).items;
  expect(jobs.map(({ mode, unchangedRuns }) => [mode, unchangedRuns]).sort()).toEqual([
    ["manual", 0],
    ["scheduled", 0],
    ["scheduled", 5],
  ]);
  const found = await Promise.all(runs.map(async (jobId) => (await store.job("owner", jobId))?.unchangedRuns ?? null));
  expect(found).toEqual([null, null, null, null, 5]);
});
