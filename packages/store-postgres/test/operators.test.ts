import { createFillbook, instant } from "@fillbook/core";
import { aCancel, anExecution, type ScriptedRecord, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { aConnection, playPages, stateOf } from "../../testkit/src/suite/play.ts";
import { accountOf } from "../src/account-locks.ts";
import { rowVersions } from "./support/row-versions.ts";
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

test("verify and rebuild: an owner with trades entered by hand and no connection is looked at, too", async () => {
  const { store, pool, schema } = await playedStore();
  const user = createFillbook({ store, connectors: [scripted({ pages: [] })], credentials: async () => null });
  const bought = { symbol: "AAPL", kind: "stock", currency: "USD", side: "buy", quantity: "3", price: "7" } as const;
  for (const owner of ["alone", "zoe"]) {
    await user.forUser(owner).addTrade({ ...bought, executedAt: instant("2026-01-05T10:00:00Z"), link: null });
  }
  expect(await store.verifyIntegrity()).toEqual({ families: 6, trades: 5, findings: [] });
  await pool.query(`update "${schema}".executions set canonical = false, fill = null where owner = 'zoe'`);
  const { findings } = await store.verifyIntegrity();
  expect(findings.map(({ owner, check }) => [owner, check])).toContainEqual(["zoe", "marks"]);
  expect(await store.rebuildTrades()).toMatchObject({ families: 6, trades: 5 });
  expect((await store.verifyIntegrity()).findings).toEqual([]);
});

test("rebuild: a book that is right is left as it is, row by row", async () => {
  const { store, pool, schema } = await playedStore();
  const before = await rowVersions(pool, schema);
  const report = await store.rebuildTrades();
  expect(report).toEqual({ families: 4, trades: 3, fillsMended: 0, tradesMended: 0, tradesRemoved: 0 });
  expect(await rowVersions(pool, schema)).toEqual(before);
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

test("rebuild: of a book of several pages of trades and several accounts, every wrong total is found and mended", async () => {
  const { store, pool, schema } = await serverStore();
  const records = Array.from({ length: 1001 }, (_, place) => {
    return fill({ familyId: `E${place}`, account: `A/${place % 3}`, order: { permanentId: `O${place}` } });
  });
  await playPages(store, await aConnection(store), [{ records }]);
  const before = await stateOf(store);
  // Trades are locked by the account that imports of their fills lock.
  const { rows } = await pool.query(
    `select distinct ${accountOf("trades.order_key")} as locked, ${accountOf("fills.family_key")} as imported
       from "${schema}".trades as trades join "${schema}".executions as fills on fills.trade_id = trades.id order by 1`,
  );
  const accounts = ["A%2F0", "A%2F1", "A%2F2"].map((account) => expect.stringMatching(new RegExp(`^\\w+/${account}$`)));
  expect(rows.map(({ locked }) => locked)).toEqual(accounts);
  expect(rows.map(({ imported }) => imported)).toEqual(rows.map(({ locked }) => locked));
  const damaged = await pool.query(
    `update "${schema}".trades set totals = replace(totals::text, '"activeCount":1', '"activeCount":2')::json
      where id in (select id from (select id, row_number() over (order by id) as place from "${schema}".trades) as numbered
                    where place in (1, 500, 501, 1000, 1001))`,
  );
  expect(damaged.rowCount).toBe(5);
  const { findings, trades } = await store.verifyIntegrity();
  expect([trades, findings.filter(({ check }) => check === "totals").length]).toEqual([1001, 5]);
  expect(await store.rebuildTrades()).toMatchObject({ trades: 1001, tradesMended: 5, tradesRemoved: 0 });
  expect((await store.verifyIntegrity()).findings).toEqual([]);
  expect(await stateOf(store)).toEqual(before);
});
