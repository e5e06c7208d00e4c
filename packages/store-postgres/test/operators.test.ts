import { aCancel, anExecution, type ScriptedRecord } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages, stateOf } from "../../testkit/src/suite/play.ts";
import { serverStore, type TestStore } from "./support/test-store.ts";

// Goal: an operator can tell whether a book is right, and make it right from its executions.
// Method: a history with everything in it; what is stored is then damaged by hand, one thing at a time.

const fill = (details: Parameters<typeof anExecution>[0]): ScriptedRecord => {
  return { kind: "execution", execution: anExecution(details) };
};
const pages = [
  { records: [fill({ familyId: "E1" }), fill({ familyId: "E2", price: "101", order: { permanentId: "O2" } })] },
  {
    records: [
      fill({ familyId: "E1", revision: 2, price: "102", aliases: ["transaction:5"], sequence: "5" }),
      { kind: "broken" } as const,
    ],
  },
  {
    records: [
      { kind: "cancel", cancel: aCancel({ aliases: ["transaction:5"], sequence: "9" }) } as const,
      fill({ familyId: "E3", order: { permanentId: "O3" } }),
      fill({ familyId: "E4", order: { permanentId: "O3" } }),
    ],
  },
];

async function playedStore(): Promise<TestStore> {
  const played = await serverStore();
  await playPages(played.store, await aConnection(played.store), pages);
  return played;
}

test("verify: a book as imports leave it has no findings, and everything was looked at", async () => {
  const { store } = await playedStore();
  expect(await store.verifyIntegrity()).toEqual({ families: 4, trades: 3, findings: [] });
  expect(await store.verifyIntegrity({ owner: "stranger" })).toEqual({ families: 0, trades: 0, findings: [] });
});

test("rebuild: a book that is right is left as it is, row by row", async () => {
  const { store, pool, schema } = await playedStore();
  const versions = async () => {
    const tables = ["executions", "execution_raws", "trades", "problems", "cancels"];
    const rows = tables.map((table) =>
      pool.query(`select xmin::text, ctid::text from "${schema}".${table} order by 2`),
    );
    return (await Promise.all(rows)).map((result) => result.rows);
  };
  const before = await versions();
  const report = await store.rebuildTrades();
  expect(report).toEqual({ families: 4, trades: 3, fillsMended: 0, tradesMended: 0, tradesRemoved: 0 });
  expect(await versions()).toEqual(before);
});

test("rebuild: from nothing but its executions, cancels and decisions a book is as before", async () => {
  const { store, pool, schema } = await playedStore();
  const before = await stateOf(store);
  await pool.query(`update "${schema}".executions set canonical = false, voided = false, trade_id = null, fill = null`);
  await pool.query(`delete from "${schema}".trades`);
  expect(await stateOf(store)).not.toEqual(before);
  await store.rebuildTrades();
  expect(await stateOf(store)).toEqual(before);
  expect((await store.verifyIntegrity()).findings).toEqual([]);
});

const damages = [
  { check: "marks", sql: "update executions set canonical = false, fill = null where revision = 2" },
  { check: "marks", sql: "update executions set voided = false where revision = 2" },
  {
    check: "totals",
    sql: `update trades set totals = replace(totals::text, '"quantity":"20"', '"quantity":"21"')::json`,
  },
  { check: "trade_quantity", sql: "update trades set quantity = quantity + 1 where quantity = 20", rebuilt: false },
  { check: "trade_missing", sql: "delete from trades where status <> 'canceled'" },
  { check: "marks", sql: "update executions set trade_id = null, fill = null where family_id = 'E4'" },
  { check: "raw_missing", sql: "delete from execution_raws", rebuilt: false },
  { check: "raw_stray", sql: "update execution_raws set row_id = row_id + 1000", rebuilt: false },
  { check: "alias_missing", sql: "delete from execution_aliases", rebuilt: false },
  { check: "context_missing", sql: "delete from contexts", rebuilt: false },
  { check: "cancel_name_missing", sql: "delete from cancel_names", rebuilt: false },
  { check: "lease_without_job", sql: "update leases set job_id = 'gone', expires_at = now()", rebuilt: false },
  { check: "job_without_lease", sql: "update jobs set status = 'running', finished_at = null", rebuilt: false },
];

test.each(damages)("verify: $check is found after $sql", async ({ check, sql, rebuilt = true }) => {
  const { store, pool, schema } = await playedStore();
  const before = await stateOf(store);
  const client = await pool.connect();
  await client.query(`begin; set local search_path to "${schema}"; ${sql}; commit`);
  client.release();
  const found = (await store.verifyIntegrity()).findings;
  expect(found.map((finding) => finding.check)).toContain(check);
  if (!rebuilt) return;
  await store.rebuildTrades();
  expect((await store.verifyIntegrity()).findings).toEqual([]);
  expect(await stateOf(store)).toEqual(before);
});
