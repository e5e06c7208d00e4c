import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { fenceBatch } from "./fence-batch.ts";
import { isolationTries, sealedBook } from "./isolation-tries.ts";
import { type ListName, missingIds, type OwnedIds } from "./owned-ids.ts";
import { aConnection, play, playPages, readAll, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { userOf } from "./told-book.ts";

const LEASE_MS = 600_000;

/**
 * Goal: nobody sees, changes or finds out about another owner's rows through any method.
 * Method: each call of `isolationTries` with another owner's ids answers what it answers for ids that nobody has, and the
 * other owner's rows are as before.
 */
export function storeIsolationSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("isolation: in every method another owner's ids answer as ids that nobody has", async () => {
    const store = await makeStore();
    const theirs = await aBook(store, { owner: "owner", year: 2026, runs: 2 });
    const own = await aBook(store, { owner: "stranger", year: 2025, runs: 3 });
    const before = await everythingOf(store, "owner");
    for (const { name, attempt } of allTries) {
      const answer = await attempt(store, { owner: "stranger", ids: theirs, own });
      const expected = await attempt(store, { owner: "stranger", ids: missingIds(theirs), own });
      assert.deepEqual(answer, expected, `${name} tells another owner's ids from missing ones`);
      assert.deepEqual(await everythingOf(store, "owner"), before, `${name} changes another owner's rows`);
    }
    await assertStillRuns(store, theirs);
  });

  test("isolation: every try reaches the rows of the owner who makes it", async () => {
    const store = await makeStore();
    let ids = await aBook(store, { owner: "owner", year: 2026, runs: 2 });
    for (const { name, attempt } of allTries) {
      ids = { ...ids, ...(await nextRun(store, ids.connectionId)) };
      const nothing = missingIds(ids);
      const missed = await attempt(store, { owner: "nobody", ids: nothing, own: nothing });
      assert.notDeepEqual(await attempt(store, { owner: "owner", ids, own: ids }), missed, name);
    }
  });

  test("isolation: a connection's id that another owner has is refused, and the connection stays theirs", async () => {
    const store = await makeStore();
    const { connectionId } = await aBook(store, { owner: "owner", year: 2026, runs: 1 });
    const connection = await store.connection("owner", connectionId);
    assert.ok(connection !== null);
    const before = await everythingOf(store, "owner");
    const stolen = store.createConnection({
      ...{ connection: { ...connection, userId: "stranger" }, sealed: { sealed: "stolen" }, sole: false },
    });
    await assert.rejects(stolen, { code: "OPTION_INVALID" });
    assert.deepEqual(await everythingOf(store, "owner"), before);
    assert.deepEqual(await everythingOf(store, "stranger"), await everythingOf(store, "nobody"));
  });
}

const allTries = Object.entries(isolationTries).flatMap(([method, tries]) => {
  return tries.map((attempt, index) => ({ name: `${method}, try ${index + 1}`, attempt }));
});

/** A book with at least two rows in each list, and a run under way; each year's fills are others. */
async function aBook(
  store: BookStore,
  { owner, year, runs }: { owner: string; year: number; runs: number },
): Promise<OwnedIds> {
  const connectionId = await aConnection(store, { owner, sealed: sealedBook });
  await enterTrade(store, { owner, year });
  for (let run = 0; run < runs; run += 1) await play(store, connectionId, recordsOf(year));
  const run = await nextRun(store, connectionId);
  assert.ok(run !== null);
  const { items } = await store.executions(owner, {});
  const execution = items.find(({ broker }) => broker !== "manual");
  await decideFor(store, { owner, tradeId: execution?.tradeId ?? "" });
  const jobs = await readAll((after) => store.jobs(owner, after));
  const finished = jobs.find((job) => job.status !== "running");
  const nextOf = async (list: ListName) => (await store[list](owner, { limit: 1 })).next ?? "";
  return {
    ...{ connectionId, ...run, jobId: finished?.id ?? "", tradeId: execution?.tradeId ?? "" },
    ...{ importJobId: execution?.jobId ?? "", manualDay: `${year}-01-05` },
    problemId: (await store.problems(owner, {})).items[0]?.id ?? "",
    ...{ familyKey: execution?.familyKey ?? "", revisionKey: execution?.id ?? "" },
    nexts: {
      connections: await nextOf("connections"),
      trades: await nextOf("trades"),
      executions: await nextOf("executions"),
      jobs: await nextOf("jobs"),
      problems: await nextOf("problems"),
      steps: await nextOf("steps"),
      auditEvents: await nextOf("auditEvents"),
    },
  };
}

/** A trade that the owner entered by hand, and with it a second connection. */
async function enterTrade(store: BookStore, { owner, year }: { owner: string; year: number }): Promise<void> {
  const manual = { id: "manual", broker: "manual" };
  const connectionId = await aConnection(store, { owner, connector: manual.id, broker: manual.broker });
  const details = { broker: manual.broker, executedAt: `${year}-01-05T10:00:00Z`, familyId: `M${year}` };
  const execution = anExecution({ ...details, order: { permanentId: `M${year}` }, source: { connector: manual.id } });
  const connector = scripted({ ...manual, pages: [] });
  await playPages(store, connectionId, [{ records: [{ kind: "execution", execution }] }], { connector });
}

/** Events of a trade that waits for review all the same: the suite undoes its import. */
async function decideFor(store: BookStore, { owner, tradeId }: { owner: string; tradeId: string }): Promise<void> {
  const user = userOf(store, owner);
  const seen = async () => ({ id: tradeId, version: (await user.trade(tradeId))?.version ?? 1 });
  await user.review({ trades: [await seen()], link: null });
  await user.undoReview({ trades: [await seen()] });
}

function recordsOf(year: number): ScriptedRecord[] {
  const fills = [1, 2].map((number): ScriptedRecord => {
    const familyId = `${year}.${number}`;
    const executedAt = `${year}-01-05T10:00:00Z`;
    return { kind: "execution", execution: anExecution({ familyId, executedAt, order: { permanentId: familyId } }) };
  });
  return [
    ...fills,
    { kind: "rejected", reason: `first of ${year}` },
    { kind: "rejected", reason: `second of ${year}` },
  ];
}

/** The fence of a run that begins now; null while one is under way. */
async function nextRun(store: BookStore, connectionId: string) {
  const start = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
  return start.kind === "started" ? { runningJobId: start.jobId, token: start.token } : null;
}

async function everythingOf(store: BookStore, owner: string): Promise<unknown> {
  const connections = await readAll((after) => store.connections(owner, after));
  return {
    state: await stateOf(store, owner),
    connections,
    sealed: await Promise.all(connections.map(({ id }) => store.sealedCredentials(owner, id))),
    trades: await readAll((after) => store.trades(owner, after)),
    jobs: await readAll((after) => store.jobs(owner, after)),
    problems: await readAll((after) => store.problems(owner, { state: "all", ...after })),
    steps: await readAll((after) => store.steps(owner, after)),
    auditEvents: await readAll((after) => store.auditEvents(owner, after)),
  };
}

async function assertStillRuns(store: BookStore, { connectionId, runningJobId, token }: OwnedIds): Promise<void> {
  const again = await store.beginRun({ connectionId, mode: "manual", window: {}, leaseMs: LEASE_MS });
  assert.deepEqual(again, { kind: "busy", runningJobId });
  const batch = fenceBatch({ connectionId, jobId: runningJobId, token, cursor: "own" });
  assert.equal((await store.commit(batch)).kind, "committed");
  assert.equal((await store.job("owner", runningJobId))?.cursorAfter, "own");
}
