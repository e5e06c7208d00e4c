import assert from "node:assert/strict";
import { ingest } from "@fillbook/core";
import type { BookStore, CommitBatch } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { fakeClock } from "../fake-clock.ts";
import { type ScriptedPage, type ScriptedRecord, scripted } from "../scripted.ts";
import { fenceBatch } from "./fence-batch.ts";
import { aConnection, playPages, ranReport, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const LEASE_MS = 2000;

/** Commits whose answer was lost and that come again: they count once, and get the answer that was lost. */
export function storeRepeatsSuite({ test, makeStore, passTime }: StoreSuiteOptions): void {
  test("repeats: a run of which every page is committed twice is as one of which none is", async () => {
    const [plain, doubled] = [await makeStore(), await makeStore()];
    const once = await playPages(plain, await aConnection(plain), pages);
    const connectionId = await aConnection(doubled);
    const twice = await playPages(repeating(doubled), connectionId, pages);
    assert.deepEqual([twice.stats, twice.status], [once.stats, once.status]);
    const job = await doubled.job("owner", twice.jobId);
    assert.deepEqual([job?.stats, job?.cursorAfter], [once.stats, once.cursorAfter]);
    assert.deepEqual(await stateOf(doubled), await stateOf(plain));
    const next = await playPages(doubled, connectionId, [...pages.slice(0, 1)]);
    assert.deepEqual(next.cursorBefore, once.cursorAfter);
    assert.equal(next.stats.pages, 1, "the next run's first page is no repeat");
  });

  test("repeats: a page that was committed answers as before and writes nothing, whatever is in it", async () => {
    const store = await makeStore();
    const { connectionId, run } = await begun(store);
    const first = await store.commit(fenceBatch({ ...run, cursor: { page: 1 } }));
    await store.commit(fenceBatch({ ...run, cursor: { page: 2 }, page: 2 }));
    const before = [await stateOf(store), await store.job("owner", run.jobId)];
    const late = { ...fenceBatch({ ...run, cursor: { page: 7 }, page: 2 }), fetched: 5, ignored: 5, problems: [] };
    const again = await store.commit(late);
    assert.deepEqual(again, first, "both pages hold the same");
    assert.equal(again.kind === "committed" ? again.stats.fetched : null, 0);
    const early = fenceBatch({ ...run, cursor: null, page: 1 });
    const earlier = { ...early, problems: early.problems.map((one) => ({ ...one, problemKey: "warning:late" })) };
    assert.equal((await store.commit(earlier)).kind, "committed");
    assert.deepEqual([await stateOf(store), await store.job("owner", run.jobId)], before);
    await passTime(LEASE_MS + 100);
    assert.deepEqual((await begunOn(store, connectionId)).cursor, { page: 2 });
  });

  test("repeats: a page comes again after another run took over, and is fenced", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    let last: CommitBatch | null = null;
    const watching: BookStore = {
      ...store,
      commit(batch, options) {
        last = batch;
        return store.commit(batch, options);
      },
      endRun: () => Promise.reject(new Error("the process died")),
    };
    await dyingRun(watching, connectionId);
    const repeat = last ?? fenceBatch({ connectionId, jobId: "", token: 0, cursor: null });
    assert.equal((await store.commit(repeat)).kind, "committed");
    await passTime(LEASE_MS + 100);
    const current = await begunOn(store, connectionId);
    assert.deepEqual(await store.commit(repeat), { kind: "fenced" });
    assert.deepEqual((await store.job("owner", current.jobId))?.stats.pages, 0);
  });

  test("repeats: a repeated page renews the lease", async () => {
    const store = await makeStore();
    const { connectionId, run } = await begun(store);
    const batch = fenceBatch({ ...run, cursor: null });
    await store.commit(batch);
    await passTime(LEASE_MS / 2);
    await store.commit(batch, { leaseMs: LEASE_MS * 2 });
    await passTime(LEASE_MS);
    const second = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
    assert.deepEqual(second, { kind: "busy", runningJobId: run.jobId });
  });
}

const pages: readonly Extract<ScriptedPage, { records: unknown }>[] = [
  { records: [fill({ familyId: "E1" }), { kind: "broken" }, { kind: "ignored", reason: "deposit" }] },
  { records: [fill({ familyId: "E1", price: "101" }), fill({ familyId: "E2", fees: null })] },
  { records: [fill({ familyId: "E2", revision: 1, quantity: "7" }), fill({ familyId: "E1" })] },
];

function fill(details: Parameters<typeof anExecution>[0]): ScriptedRecord {
  return { kind: "execution", execution: anExecution(details) };
}

/** A store whose caller loses the answer to every commit and commits again. */
function repeating(store: BookStore): BookStore {
  return {
    ...store,
    async commit(batch, options) {
      const lost = await store.commit(batch, options);
      const answer = await store.commit(structuredClone(batch), options);
      assert.deepEqual(answer, lost);
      return answer;
    },
  };
}

async function begun(store: BookStore) {
  const connectionId = await aConnection(store);
  const { jobId, token } = await begunOn(store, connectionId);
  return { connectionId, run: { connectionId, jobId, token } };
}

async function begunOn(store: BookStore, connectionId: string) {
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
  if (start.kind !== "started") throw new Error(`the run did not start: ${start.kind}`);
  return start;
}

async function dyingRun(store: BookStore, connectionId: string): Promise<void> {
  const options = {
    store,
    connectors: [scripted({ pages })],
    connectionId,
    mode: "manual",
    clock: fakeClock(),
  } as const;
  const report = await ingest({ ...options, leaseMs: LEASE_MS, credentials: async () => ({ token: "t" }) });
  assert.equal(ranReport(report).error?.code, "STORE_FAILED");
}
