import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import { anExecution } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { aConnection, play, readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** Lists in pages, and nothing of one owner in another's. */
export function storeReadsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("reads: pages of any size hold every row once, newest first", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), manyFills(23));
    for (const limit of [1, 5, 22, 23, 200]) {
      const trades = await readAll((after) => store.trades("owner", { limit, ...after }));
      assert.equal(new Set(trades.map((trade) => trade.id)).size, 23);
      assert.deepEqual(
        trades.map((trade) => trade.lastExecutedAt),
        [...trades.map((trade) => trade.lastExecutedAt)].sort().reverse(),
      );
      const executions = await readAll((after) => store.executions("owner", { limit, ...after }));
      assert.equal(new Set(executions.map((one) => one.id)).size, 23);
    }
  });

  test("reads: filters choose", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), manyFills(6));
    const [trade] = (await store.trades("owner", { symbol: "S3" })).items;
    assert.equal(trade?.instrument.symbol, "S3");
    assert.equal((await store.executions("owner", { tradeId: trade?.id ?? "" })).items.length, 1);
    assert.equal((await store.trades("owner", { account: "A2" })).items.length, 0);
    assert.equal((await store.trades("owner", { inbox: "pending_review" })).items.length, 6);
    assert.equal((await store.trades("owner", { inbox: "reviewed" })).items.length, 0);
    const from = trade?.firstExecutedAt;
    assert.equal((await store.trades("owner", from === undefined ? {} : { from })).items.length, 3);
    assert.equal((await store.jobs("owner", { status: "running" })).items.length, 0);
  });

  test("reads: a stranger finds nothing, and a stranger's id answers as a missing one", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [...manyFills(2), { kind: "broken" }]);
    const trade = (await store.trades("owner", {})).items[0];
    const job = (await store.jobs("owner", {})).items[0];
    const reads: readonly ((owner: string) => Promise<unknown>)[] = [
      (owner) => store.connection(owner, connectionId),
      (owner) => store.connections(owner, {}),
      (owner) => store.trade(owner, trade?.id ?? ""),
      (owner) => store.trades(owner, {}),
      (owner) => store.trades(owner, { connectionId }),
      (owner) => store.executions(owner, {}),
      (owner) => store.executions(owner, { tradeId: trade?.id ?? "" }),
      (owner) => store.job(owner, job?.id ?? ""),
      (owner) => store.jobs(owner, {}),
      (owner) => store.jobs(owner, { connectionId }),
      (owner) => store.problems(owner, {}),
    ];
    for (const read of reads) {
      assert.notDeepEqual(await read("owner"), await read("stranger"));
      assert.deepEqual(await read("stranger"), await read("nobody at all"));
    }
    assertAllReadsTried(store, reads);
  });

  test("reads: two owners may have one account, and their fills never meet", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), manyFills(2));
    await play(store, await aConnection(store, { owner: "other" }), manyFills(2));
    assert.equal((await store.trades("owner", {})).items.length, 2);
    assert.equal((await store.trades("other", {})).items.length, 2);
    const ids = [...(await store.executions("owner", {})).items, ...(await store.executions("other", {})).items].map(
      (one) => one.id,
    );
    assert.equal(new Set(ids).size, 4);
  });
}

function manyFills(count: number): ScriptedRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const executedAt = `2026-01-05T10:${String(index).padStart(2, "0")}:00Z`;
    const instrument = { symbol: `S${index}`, rawSymbol: `S${index}` };
    return {
      kind: "execution",
      execution: anExecution({ familyId: `E${index}`, executedAt, instrument, order: { permanentId: `O${index}` } }),
    };
  });
}

// A read method that a later contract adds must be tried above too.
function assertAllReadsTried(store: BookStore, reads: readonly ((owner: string) => Promise<unknown>)[]): void {
  const tried = reads.map((read) => /store\.(\w+)\(/.exec(read.toString())?.[1]);
  const writes = [
    "ready",
    "beginRun",
    "renewLease",
    "commit",
    "endRun",
    "claimDue",
    "readState",
    "writeState",
    "createConnection",
  ];
  const untried = Object.keys(store).filter((name) => !writes.includes(name) && !tried.includes(name));
  assert.deepEqual(untried, []);
}
