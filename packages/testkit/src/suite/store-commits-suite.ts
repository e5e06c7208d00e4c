import assert from "node:assert/strict";
import type { Json } from "@fillbook/core";
import { anExecution } from "../an-execution.ts";
import type { ScriptedRecord } from "../scripted.ts";
import { aConnection, play, playPages, readAll, stateOf } from "./play.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";

const fill = (details: Parameters<typeof anExecution>[0] = {}): ScriptedRecord => {
  return { kind: "execution", execution: anExecution(details) };
};

/** What one commit writes: every fill once, every record in exactly one of the counts. */
export function storeCommitsSuite({ test, makeStore }: StoreSuiteOptions): void {
  test("commits: a repeated import changes nothing and counts duplicates", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const records = [fill(), fill({ familyId: "E2" })];
    await play(store, connectionId, records);
    const before = [await stateOf(store), (await store.trades("owner", {})).items];
    const again = await play(store, connectionId, records);
    assert.equal(again.stats.duplicates, 2);
    assert.equal(again.stats.tradesTouched, 0);
    assert.deepEqual([await stateOf(store), (await store.trades("owner", {})).items], before);
  });

  test("commits: the same record twice in one page is one fill", async () => {
    const store = await makeStore();
    const report = await play(store, await aConnection(store), [fill(), fill()]);
    assert.equal(report.stats.inserted, 1);
    assert.equal(report.stats.duplicates, 1);
  });

  test("commits: two connections to one account tell one fill once", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), [fill()]);
    const report = await play(store, await aConnection(store), [fill()]);
    assert.equal(report.stats.duplicates, 1);
    assert.equal((await store.trades("owner", {})).items[0]?.quantity, "10");
  });

  test("commits: equal ids on two accounts are two fills", async () => {
    const store = await makeStore();
    await play(store, await aConnection(store), [fill(), fill({ account: "A2" })]);
    assert.equal((await store.trades("owner", {})).items.length, 2);
  });

  test("commits: a conflict is stored, counted and reported, and one report counts", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [fill()]);
    const report = await play(store, connectionId, [fill({ price: "101" })]);
    assert.equal(report.stats.conflicts, 1);
    const problems = (await store.problems("owner", { kind: "conflict" })).items;
    assert.equal(problems.length, 1);
    const executions = (await store.executions("owner", {})).items;
    assert.deepEqual(executions.map((one) => one.canonical).sort(), [false, true]);
  });

  test("commits: amounts that are no decimals become rejects, once, and the rest is stored", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const amounts = [
      "1e400",
      "NaN",
      "",
      "0x10",
      "Infinity",
      "-1",
      "0",
      " 1",
      "1,000",
      "0.0000000000000000001",
      "1".repeat(25),
    ];
    const records = [fill(), ...amounts.map((quantity, index) => fill({ familyId: `bad${index}`, quantity }))];
    const report = await play(store, connectionId, records);
    assert.equal(report.stats.inserted, 1);
    assert.equal(report.stats.rejected, amounts.length);
    assert.equal(report.status, "partial");
    assert.equal(
      (await readAll((after) => store.problems("owner", { kind: "reject", ...after }))).length,
      amounts.length,
    );
    const again = await play(store, connectionId, records);
    assert.equal(again.stats.rejected, 0);
    assert.equal(again.stats.duplicates, amounts.length + 1);
  });

  test("commits: amounts come back digit for digit", async () => {
    const store = await makeStore();
    const amounts = ["0.00000001", "1000000000", "123456789012345678901234.123456789012345678", "30013.43386"];
    await play(
      store,
      await aConnection(store),
      amounts.map((price, index) =>
        fill({ familyId: `E${index}`, price, quantity: price, order: { permanentId: `O${index}` } }),
      ),
    );
    const executions = (await store.executions("owner", {})).items;
    assert.deepEqual(executions.map((one) => one.price).sort(), [...amounts].sort());
    assert.deepEqual(executions.map((one) => one.quantity).sort(), [...amounts].sort());
  });

  test("commits: ids that look like SQL, patterns or markup are stored as they are", async () => {
    const store = await makeStore();
    const ids = [
      "'; drop table executions; --",
      "%",
      "_",
      "\\",
      "$1",
      '"',
      "<script>",
      "a/b:c|d",
      "Ж日本",
      "__proto__",
      "x".repeat(200),
    ];
    const report = await play(
      store,
      await aConnection(store),
      ids.map((id) => fill({ familyId: id, order: { permanentId: id }, instrument: { symbol: id, rawSymbol: id } })),
    );
    assert.equal(report.stats.inserted, ids.length);
    const trades = await readAll((after) => store.trades("owner", after));
    assert.deepEqual(trades.map((trade) => trade.instrument.symbol).sort(), [...ids].sort());
    for (const symbol of ids) assert.equal((await store.trades("owner", { symbol })).items.length, 1);
  });

  test("commits: a deep cursor comes back as it was", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    let cursor: Json = { "k'\"": ["é", 1.5, null, true, ""] };
    for (let depth = 0; depth < 30; depth += 1) cursor = { depth, inner: cursor };
    await playPages(store, connectionId, [{ records: [fill()], cursor }]);
    const report = await play(store, connectionId, []);
    assert.deepEqual(report.cursorBefore, cursor);
  });

  test("commits: the cursor moves with a page of rejects only", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    await play(store, connectionId, [{ kind: "broken" }]);
    assert.deepEqual((await play(store, connectionId, [])).cursorBefore, { page: 1 });
  });

  test("commits: fetched is the sum of its eight parts", async () => {
    const store = await makeStore();
    const connectionId = await aConnection(store);
    const { stats } = await play(store, connectionId, [
      ...[fill(), fill(), fill({ revision: 1 }), fill({ price: "7", revision: 1 }), fill({ revision: 0, fees: null })],
      ...([{ kind: "ignored", reason: "deposit" }, { kind: "broken" }] as const),
    ]);
    const parts = [
      stats.inserted,
      stats.updated,
      stats.duplicates,
      stats.corrected,
      stats.canceled,
      stats.conflicts,
      stats.ignored,
      stats.rejected,
    ];
    assert.equal(
      parts.reduce((sum, part) => sum + part, 0),
      stats.fetched,
    );
    assert.equal(stats.fetched, 7);
  });
}
