import assert from "node:assert/strict";
import { anExecution } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { aConnection, play, readAll } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

/** Lists in pages, their filters, and one account of two owners. */
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

  test("reads: an after that no list handed out is refused with OPTION_INVALID", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), manyFills(2));
    const lists = ["connections", "trades", "executions", "jobs", "problems"] as const;
    const id = "'; drop table executions; --";
    const bad = [
      "'; drop table",
      "x",
      "",
      " ",
      "2026-01-01 ",
      `2026-01-01 ${id}`,
      "2026-01-05T10:00:00.000000Z",
      "null",
    ];
    for (const list of lists) {
      for (const after of [
        ...bad,
        "2026-01-05T10:00:00.000000Z ",
        "2026-01-05T10:00:00Z x",
        "2026-02-30T10:00:00.000000Z x",
      ])
        await assert.rejects(store[list]("owner", { after }), { code: "OPTION_INVALID" }, `${list} after ${after}`);
      // An id is only compared, whatever is in it.
      const { items } = await store[list]("owner", { after: `2020-01-01T00:00:00.000000Z ${id}` });
      assert.deepEqual(items, []);
    }
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
